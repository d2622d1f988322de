// Whether the server answers: what the banner shows, and what makes every list fresh once it does again.
import { useSyncExternalStore } from "react";

type Listener = () => void;

const RETRY_MS = 2000;
const listeners = new Set<Listener>();
const onRecovery = new Set<Listener>();
let isLost = false;

/** A request came through. */
export function answered(): void {
  if (!isLost) return;
  set(false);
  for (const recovered of onRecovery) recovered();
}

/** A request did not. From now on the server is asked until it answers. */
export function unanswered(): void {
  if (isLost) return;
  set(true);
  setTimeout(ask, RETRY_MS);
}

/** Called each time the server answers again. Returns how to stop that. */
export function whenRecovered(listener: Listener): () => void {
  onRecovery.add(listener);
  return () => onRecovery.delete(listener);
}

/** Whether the last request found nobody. */
export function useIsLost(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLost,
  );
}

/** Whether the server answers, asked now. */
export async function answers(): Promise<boolean> {
  try {
    return (await fetch("/healthz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

async function ask(): Promise<void> {
  if (await answers()) answered();
  if (isLost) setTimeout(ask, RETRY_MS);
}

function set(lost: boolean): void {
  isLost = lost;
  for (const listener of listeners) listener();
}
