// Where to go after signing in.

/** An address of our own, or nothing: nobody is led to another site by a link to the sign-in page. */
export function inside(next: unknown): string | undefined {
  return typeof next === "string" && /^\/(?![/\\])/.test(next) ? next : undefined;
}
