// One team, as its page shows it: by its alias, or by its id where it has none.
import { queryOptions } from "@tanstack/react-query";
import { execute, isCode, Refused } from "../../api/execute";
import { type MembersQuery, TeamDocument, type TeamQuery } from "../../generated/teams";

export type Whole = NonNullable<NonNullable<TeamQuery["account"]>["team"]>;

export type Member = NonNullable<
  NonNullable<NonNullable<NonNullable<NonNullable<MembersQuery["account"]>["team"]>["memberships"]>["nodes"]>[number]
>;

export const teamQuery = (alias: string) =>
  queryOptions({
    queryKey: ["team", alias],
    queryFn: async () => {
      const found = (await by({ alias })) ?? (await by({ id: alias }));
      if (!found) throw new Refused("There is no such team.", "NOT_FOUND");
      return found;
    },
  });

async function by(name: { alias?: string; id?: string }): Promise<Whole | null> {
  try {
    return (await execute(TeamDocument, name)).account?.team ?? null;
  } catch (problem) {
    // What is an alias need not be an id.
    if (isCode(problem, "INVALID") || isCode(problem, "NOT_FOUND")) return null;
    throw problem;
  }
}
