// The filters of the list as a condition for GraphQL.
import type { Condition } from "../../generated/users";
import type { State, UsersSearch } from "./route";

const is = (field: string, value: unknown): Condition => ({ field, value });

const STATUS: Record<State, Condition[]> = {
  active: [is("status", "active")],
  deactivated: [is("status", "deactivated")],
  // Somebody active who was invited and has never signed in.
  invited: [
    is("status", "active"),
    { field: "invitation", op: "in", value: ["held", "sent", "expired", "revoked"] },
    { not: { field: "lastSignInAt", op: "present" } },
  ],
};

/** What all filters but the search ask for; nothing where none is set. */
export function conditionOf({ status, role, source }: UsersSearch): Condition | undefined {
  const all = [
    ...(status ? STATUS[status] : []),
    ...(role ? [is("role", role)] : []),
    ...(source === "manual" ? [{ not: { field: "integration", op: "present" } } as Condition] : []),
    ...(source && source !== "manual" ? [is("integration", source)] : []),
  ];
  return all.length ? { all } : undefined;
}

/** "name" and "-createdAt" as an order. */
export const orderOf = (sort: string | undefined) => {
  const field = sort?.replace(/^-/, "") ?? "name";
  return [{ field, descending: sort?.startsWith("-") ?? false }];
};
