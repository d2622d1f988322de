// A part of the page, fetched when it is needed: also by a page that lost its server, or is older than it.
import { answers, unanswered, whenRecovered } from "./connection";

const ONCE_MS = 10_000;

/** The module. While nobody answers it waits; where the server answers and has no such part any more, as one of a later
 * version, the page starts again, once. */
export async function part<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (problem) {
    if (await answers()) {
      if (!startAgain()) throw problem;
      return new Promise(() => {});
    }
  }
  await new Promise<void>((resolve) => {
    const stop = whenRecovered(() => {
      stop();
      resolve();
    });
    unanswered();
  });
  return part(load);
}

function startAgain(): boolean {
  const last = Number(sessionStorage.getItem("reloaded") ?? 0);
  if (Date.now() - last < ONCE_MS) return false;
  sessionStorage.setItem("reloaded", String(Date.now()));
  location.reload();
  return true;
}
