import { expect, test } from "vitest";
import { filterOf } from "./filters";

const NOW = Date.parse("2026-03-10T12:34:56Z");

test("a range by days is the same question for an hour", () => {
  expect(filterOf({ days: "7" }, NOW).from).toBe("2026-03-03T12:00:00.000Z");
  expect(filterOf({ days: "7" }, NOW + 60_000)).toEqual(filterOf({ days: "7" }, NOW));
});

test("a range between two days holds the whole of both", () => {
  const { from, to } = filterOf({ from: "2026-03-01", to: "2026-03-02" }, NOW);
  expect(Date.parse(to ?? "") - Date.parse(from ?? "")).toBe(2 * 86_400_000);
});

test("a choice of actions stands for what it names", () => {
  expect(filterOf({ action: "left" }, NOW).actions).toEqual(["user.deactivated", "user.deleted"]);
  expect(filterOf({ action: "nonsense" }, NOW).actions).toBeUndefined();
});
