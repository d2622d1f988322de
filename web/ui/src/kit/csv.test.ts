import { expect, test } from "vitest";
import { csv } from "./csv";

const NAME = [{ header: "Name", value: (row: { name: string | null }) => row.name }];
const line = (name: string | null) => csv([{ name }], NAME).split("\r\n")[1];

test("a file begins with the mark of UTF-8 and the names of its columns", () => {
  expect(csv([], NAME)).toBe("\uFEFFName\r\n");
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])("%j is no formula", (name) => {
  expect(line(name)).toBe(`'${name}`);
});

test.each([
  ["Ada Lovelace", "Ada Lovelace"],
  ["Lovelace, Ada", '"Lovelace, Ada"'],
  ['Ada "Countess" Lovelace', '"Ada ""Countess"" Lovelace"'],
  ["Łukasz", "Łukasz"],
  [null, ""],
])("%j is written as %j", (name, written) => {
  expect(line(name)).toBe(written);
});
