import { expect, test } from "vitest";
import { inside } from "./inside";

test.each(["/users", "/users?status=active", "/teams/payments#x"])("%s is ours", (next) => {
  expect(inside(next)).toBe(next);
});

test.each([
  "https://elsewhere.example",
  "//elsewhere.example",
  "/\\elsewhere.example",
  "javascript:alert(1)",
  "",
  null,
])("%s leads nowhere", (next) => {
  expect(inside(next)).toBeUndefined();
});
