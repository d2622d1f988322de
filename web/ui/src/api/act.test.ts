import type { DocumentTypeDecoration } from "@graphql-typed-document-node/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { act, passwordIsAskedBy } from "./act";
import { isCode } from "./execute";

interface Payload {
  errors: { message: string; path: string[]; code: string }[];
  deletedApiTokenId: string | null;
}

const DELETE = "mutation { apiTokenDelete }" as unknown as DocumentTypeDecoration<
  { apiTokenDelete: Payload | null },
  { id: string }
>;

const done: Payload = { errors: [], deletedApiTokenId: "x" };
const refused = (code: string): Payload => ({
  errors: [{ message: "No.", path: ["id"], code }],
  deletedApiTokenId: null,
});

const answers: unknown[] = [];
const fetched = vi.fn(async (..._: unknown[]) => {
  const payload = answers.shift();
  const body = JSON.stringify({ data: { apiTokenDelete: payload } });
  return new Response(body, { status: 200, headers: { "X-Request-Id": "r1" } });
});

beforeEach(() => {
  answers.length = 0;
  fetched.mockClear();
  vi.stubGlobal("fetch", fetched);
  passwordIsAskedBy(async () => false);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test("the payload is what is given back, and the header that no other site can send goes along", async () => {
  answers.push(done);
  expect(await act(DELETE, { id: "x" })).toEqual(done);
  const [path, request] = fetched.mock.calls[0] as [string, RequestInit];
  expect(path).toBe("/graphql");
  expect(new Headers(request.headers).get("X-Muster-Csrf")).toBe("1");
});

test("an expected failure is told with its code", async () => {
  answers.push(refused("MANAGED"));
  await expect(act(DELETE, { id: "x" })).rejects.toSatisfy((problem) => isCode(problem, "MANAGED"));
});

test("a password that is wanted is asked for, and then it goes on", async () => {
  const asked = vi.fn(async () => true);
  passwordIsAskedBy(asked);
  answers.push(refused("CONFIRM"), done);
  expect(await act(DELETE, { id: "x" })).toEqual(done);
  expect(asked).toHaveBeenCalledOnce();
});

test("who thinks better of it has changed nothing", async () => {
  answers.push(refused("CONFIRM"), done);
  await expect(act(DELETE, { id: "x" })).rejects.toSatisfy((problem) => isCode(problem, "CONFIRM"));
  expect(fetched).toHaveBeenCalledOnce();
});

test("a server that is not there is told as such", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("Failed to fetch");
  });
  await expect(act(DELETE, { id: "x" })).rejects.toSatisfy((problem) => isCode(problem, "UNREACHABLE"));
});

test.each([
  [401, "SIGNED_OUT"],
  [500, "BROKEN"],
])("an answer of %i is %s, with the request's id", async (status, code) => {
  vi.stubGlobal(
    "fetch",
    async () => new Response("nothing of use", { status, headers: { "X-Request-Id": "0123456789abcdef" } }),
  );
  await expect(act(DELETE, { id: "x" })).rejects.toMatchObject({ code, requestId: "0123456789abcdef" });
});
