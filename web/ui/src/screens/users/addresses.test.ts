import { expect, test } from "vitest";
import { addressesIn } from "./addresses";

test("addresses are found as people paste them", () => {
  const text =
    "ada@acme.example\nGrace Hopper <grace@acme.example>; alan@acme.example, kay@acme.example\tjoan@acme.example";
  expect(addressesIn(text)).toEqual({
    valid: ["ada@acme.example", "grace@acme.example", "alan@acme.example", "kay@acme.example", "joan@acme.example"],
    bad: [],
    twice: [],
  });
});

test("duplicates and what is no address are named", () => {
  expect(addressesIn("ada@acme.example ADA@acme.example nobody ada@ @acme.example a@b")).toEqual({
    valid: ["ada@acme.example"],
    bad: ["nobody", "ada@", "@acme.example", "a@b"],
    twice: ["ADA@acme.example"],
  });
});

test("nothing is nothing", () => {
  expect(addressesIn(" \n, ;\t")).toEqual({ valid: [], bad: [], twice: [] });
});
