import { expect, test } from "vitest";
import { conditionOf, orderOf } from "./conditions";

test("without filters there is no condition", () => {
  expect(conditionOf({ search: "ada" })).toBeUndefined();
});

test("filters are met together", () => {
  expect(conditionOf({ status: "deactivated", role: "admin", source: "abc" })).toEqual({
    all: [
      { field: "status", value: "deactivated" },
      { field: "role", value: "admin" },
      { field: "integration", value: "abc" },
    ],
  });
});

test("who is invited is active, was sent a letter and has not come yet", () => {
  expect(conditionOf({ status: "invited" })?.all).toEqual([
    { field: "status", value: "active" },
    { field: "invitation", op: "in", value: ["held", "sent", "expired", "revoked"] },
    { not: { field: "lastSignInAt", op: "present" } },
  ]);
});

test("who nobody provisions has no integration", () => {
  expect(conditionOf({ source: "manual" })?.all).toEqual([{ not: { field: "integration", op: "present" } }]);
});

test.each([
  [undefined, { field: "name", descending: false }],
  ["email", { field: "email", descending: false }],
  ["-createdAt", { field: "createdAt", descending: true }],
])("%s is an order", (sort, order) => {
  expect(orderOf(sort)).toEqual([order]);
});
