// What things are called in front of people, where the API's word is another one.
export type Role = "admin" | "standards_admin" | "user" | "team_member";

export const ROLES: Record<Role, string> = {
  admin: "Administrator",
  standards_admin: "Standards administrator",
  user: "Member",
  team_member: "Team member",
};

export const ROLE_CHOICES = Object.entries(ROLES).map(([value, label]) => ({ value: value as Role, label }));

/** "1 person", "2,113 people". */
export function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
