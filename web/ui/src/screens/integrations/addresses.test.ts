import { expect, test } from "vitest";
import { isOutOfReach } from "./addresses";

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
