// An instant relative to now, which goes on by itself; the exact one in the tooltip.
import { useSyncExternalStore } from "react";
import { ago, exact } from "./time";

const TICK_MS = 5000;
const listeners = new Set<() => void>();
let now = Date.now();
let ticking: ReturnType<typeof setInterval> | null = null;

/** The time, every few seconds; one clock for the page. */
export function useNow(): number {
  return useSyncExternalStore(listen, () => now);
}

export function Since({ at, prefix }: { at: string; prefix?: string }) {
  const present = useNow();
  return (
    <time dateTime={at} title={exact(at)} className="nowrap">
      {prefix && `${prefix} `}
      {ago(at, Math.max(present, Date.now()))}
    </time>
  );
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(() => {
    now = Date.now();
    for (const told of listeners) told();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && ticking) {
      clearInterval(ticking);
      ticking = null;
    }
  };
}
