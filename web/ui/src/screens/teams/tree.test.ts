import { expect, test } from "vitest";
import { rowsOf } from "./tree";

const team = (id: string, parent: string | null = null) => ({
  id,
  name: id,
  parentTeam: parent ? { id: parent } : null,
});
const TEAMS = [team("Platform", "Engineering"), team("Engineering"), team("Design"), team("Storage", "Platform")];

const seen = (open: string[], search = "") =>
  rowsOf(TEAMS, new Set(open), search).map((row) => `${"  ".repeat(row.depth)}${row.team.name}`);

test("closed, only the top is seen, by name", () => {
  expect(seen([])).toEqual(["Design", "Engineering"]);
});

test("what is open shows what is below it", () => {
  expect(seen(["Engineering", "Platform"])).toEqual(["Design", "Engineering", "  Platform", "    Storage"]);
});

test("a search opens the path to what it finds, and hides the rest", () => {
  expect(seen([], "stor")).toEqual(["Engineering", "  Platform", "    Storage"]);
  expect(rowsOf(TEAMS, new Set(), "stor").map((row) => row.isFound)).toEqual([false, false, true]);
});

test("a team whose parent is not among them stands at the top", () => {
  expect(rowsOf([team("Storage", "Gone")], new Set(), "").map((row) => row.depth)).toEqual([0]);
});
