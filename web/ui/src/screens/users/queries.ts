// One person, as their page shows them.
import { queryOptions } from "@tanstack/react-query";
import { execute, Refused } from "../../api/execute";
import { UserDocument, type UserQuery } from "../../generated/users";

export type Person = NonNullable<NonNullable<UserQuery["account"]>["user"]>;

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ["user", id],
    queryFn: async () => {
      const user = (await execute(UserDocument, { id })).account?.user;
      if (!user) throw new Refused("There is no such person.", "NOT_FOUND");
      return user;
    },
  });
