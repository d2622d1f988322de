// "Are you sure": what will happen, and what will not. Asked from anywhere, shown once, answered as a promise.
import { Button, Group, Modal } from "@mantine/core";
import { type ReactNode, useSyncExternalStore } from "react";

interface Question {
  title: string;
  body: ReactNode;
  /** The verb on the button: "Delete token". */
  verb: string;
  danger?: boolean;
}

type Asked = Question & { answer: (sure: boolean) => void };

let asked: Asked | null = null;
let isOpen = false;
const listeners = new Set<() => void>();

/** True once the person says so. */
export function sure(question: Question): Promise<boolean> {
  return new Promise((answer) => {
    asked = { ...question, answer };
    show(true);
  });
}

/** Stands once, in the shell. */
export function ConfirmDialog() {
  const isShown = useSyncExternalStore(listen, () => isOpen);
  const done = (yes: boolean) => {
    asked?.answer(yes);
    show(false);
  };
  return (
    <Modal opened={isShown} onClose={() => done(false)} title={asked?.title}>
      <div>{asked?.body}</div>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={() => done(false)} data-autofocus>
          Cancel
        </Button>
        <Button color={asked?.danger ? "red" : undefined} onClick={() => done(true)}>
          {asked?.verb}
        </Button>
      </Group>
    </Modal>
  );
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function show(open: boolean): void {
  isOpen = open;
  for (const listener of listeners) listener();
}
