import { expect, test } from "vitest";
import { ago, day, daysUntil, exact, expiry, today } from "./time";

const NOW = Date.parse("2026-03-10T12:00:00Z");

test.each([
  ["2026-03-10T11:59:59Z", "just now"],
  ["2026-03-10T11:59:48Z", "12 seconds ago"],
  ["2026-03-10T11:00:00Z", "1 hour ago"],
  ["2026-03-09T11:00:00Z", "yesterday"],
  ["2026-03-13T12:00:01Z", "in 3 days"],
  ["2026-03-01T12:00:00Z", "1 Mar"],
  ["2025-03-01T12:00:00Z", "1 Mar 2025"],
])("%s is %s", (instant, said) => {
  expect(ago(instant, NOW)).toBe(said);
});

test("a year is said where it is another one", () => {
  expect(day("2026-01-05T00:00:00Z", NOW)).toBe("5 Jan");
  expect(day("2024-01-05T00:00:00Z", NOW)).toBe("5 Jan 2024");
});

test("the exact instant is in UTC", () => {
  expect(exact("2026-03-01T12:00:03.000+02:00")).toBe("2026-03-01 10:00:03 UTC");
});

test("a day that has begun counts", () => {
  expect(daysUntil("2026-03-24T11:00:00Z", NOW)).toBe(14);
});

test("today is a date that a field takes", () => {
  expect(today(new Date(2026, 2, 1))).toBe("2026-03-01");
});

test.each([
  ["2026-03-10T11:59:59Z", "has expired"],
  ["2026-03-10T12:00:30Z", "expires today"],
  ["2026-03-10T13:00:00Z", "expires in 1 day"],
  ["2026-03-24T11:00:00Z", "expires in 14 days"],
])("a token that ends at %s %s", (instant, said) => {
  expect(expiry(instant, NOW)).toBe(said);
});
