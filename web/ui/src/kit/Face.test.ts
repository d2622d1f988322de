import { expect, test } from "vitest";
import { initials } from "./Face";

test.each([
  ["Ada Lovelace", "AL"],
  ["Grace Brewster Murray Hopper", "GH"],
  ["ada", "A"],
  ["ada@lovelace.example", "AE"],
  ["Łukasz Świątek", "ŁŚ"],
  ["", "?"],
])("%s has the initials %s", (name, letters) => {
  expect(initials(name)).toBe(letters);
});
