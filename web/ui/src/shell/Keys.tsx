// What keys do anywhere: `/`, `g` and a letter, `c`, `?`; Cmd or Ctrl and K opens the palette, also within a field.
import { Kbd, Modal } from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useMe } from "../api/viewer";
import { told } from "../kit/told";
import { isElsewhere } from "../kit/useListKeys";
import styles from "./Keys.module.css";
import { FURTHER_PLACES, PLACES } from "./places";

const SEQUENCE_MS = 1200;

export function useShellKeys(toggleHelp: () => void): void {
  const navigate = useNavigate();
  const { may } = useMe();
  const went = useRef(0);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key === "k" && !event.defaultPrevented) {
        event.preventDefault();
        spotlight.toggle();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isElsewhere(event.target)) return;
      const place = [...PLACES, ...FURTHER_PLACES].find(({ key }) => key === event.key);
      if (place && event.timeStamp - went.current < SEQUENCE_MS) {
        went.current = 0;
        if (!place.needs || may(place.needs)) void navigate({ to: place.to });
      } else if (event.key === "g") went.current = event.timeStamp;
      else if (event.key === "?") toggleHelp();
      else if (event.key === "c") void navigator.clipboard?.writeText(location.href).then(() => told("Link copied."));
      else if (event.key === "/") document.querySelector<HTMLInputElement>("main input[type=search]")?.focus();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [navigate, may, toggleHelp]);
}

const ANYWHERE: [string[], string][] = [
  [["/"], "Search the list"],
  [["Ctrl", "K"], "Find a person, a team, a page (on a Mac, ⌘ K)"],
  [["c"], "Copy the link to this page"],
  [["?"], "This list"],
];

const IN_LISTS: [string[], string][] = [
  [["j"], "Next row"],
  [["k"], "Row before"],
  [["Enter"], "Open the row"],
  [["x"], "Choose the row"],
];

export function KeysDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const places = [...PLACES, ...FURTHER_PLACES].filter(({ key }) => key);
  const toPlaces = places.map(({ key, label }): [string[], string] => [["g", key ?? ""], label]);
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts">
      <Keys title="Anywhere" keys={ANYWHERE} />
      <Keys title="In lists" keys={IN_LISTS} />
      <Keys title="Go to" keys={toPlaces} />
    </Modal>
  );
}

function Keys({ title, keys }: { title: string; keys: [string[], string][] }) {
  return (
    <section className={styles.part}>
      <h3>{title}</h3>
      <dl>
        {keys.map(([pressed, meaning]) => (
          <div key={meaning}>
            <dt>
              {pressed.map((key) => (
                <Kbd key={key} size="xs">
                  {key}
                </Kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
