// j and k through a list, Enter to open, x to choose: while no field has the focus and no dialog is open.
import { useEffect, useRef, useState } from "react";

interface Keys {
  count: number;
  onMove: (index: number) => void;
  onOpen: (index: number) => void;
  onToggle: (index: number) => void;
}

/** The row the keys are at; -1 until one was pressed. */
export function useListKeys(keys: Keys): number {
  const [current, setCurrent] = useState(-1);
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isElsewhere(event.target)) return;
      const { count, onMove, onOpen, onToggle } = latest.current;
      const step = { j: 1, k: -1 }[event.key];
      if (step) {
        setCurrent((before) => {
          const next = Math.max(0, Math.min(count - 1, before + step));
          onMove(next);
          return next;
        });
        event.preventDefault();
      } else if (event.key === "Enter" && current >= 0 && !isFocusedControl(event.target)) onOpen(current);
      else if (event.key === "x" && current >= 0) onToggle(current);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [current]);
  return current < keys.count ? current : -1;
}

/** Whether a key belongs to a field or to a dialog. */
export function isElsewhere(target: EventTarget | null): boolean {
  const isField = target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select") !== null;
  return isField || document.querySelector("[role=dialog], [role=menu]") !== null;
}

const isFocusedControl = (target: EventTarget | null) =>
  target instanceof Element && target.closest("a, button, [role=tab]") !== null;
