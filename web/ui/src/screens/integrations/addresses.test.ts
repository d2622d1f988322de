import { expect, test } from "vitest";
import { isOutOfReach, readable } from "./addresses";

test.each(["https://muster.acme.example/scim/v2", "https://203.0.113.7/scim/v2", "https://[2001:db8::1]/scim/v2"])(
  "%s can be called from outside",
  (url) => {
    expect(isOutOfReach(url)).toBe(false);
  },
);

test.each([
  "http://muster.acme.example/scim/v2",
  "https://localhost:8000/scim/v2",
  "https://muster/scim/v2",
  "https://muster.internal/scim/v2",
  "https://10.1.2.3/scim/v2",
  "https://172.20.0.4/scim/v2",
  "https://[::1]/scim/v2",
])("%s can't", (url) => {
  expect(isOutOfReach(url)).toBe(true);
});

test.each([
  ["/Users?filter=userName%20eq%20%22zo%C3%AB%22", '/Users?filter=userName eq "zoë"'],
  ["/Users?filter=title%20sw%20%22100%", "/Users?filter=title%20sw%20%22100%"],
])("%s is read as %s", (path, words) => {
  expect(readable(path)).toBe(words);
});
