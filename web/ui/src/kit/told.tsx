// What was done, said in a corner; with a way back where there is one.
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Refused } from "../api/execute";

const UNDO_MS = 8000;

/** Says that something is done. With `undo`, a button that takes it back. */
export function told(message: string, undo?: () => void): void {
  const id = notifications.show({
    message: undo ? (
      <span style={{ display: "flex", gap: 12, alignItems: "center", justifyContent: "space-between" }}>
        {message}
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          Undo
        </Button>
      </span>
    ) : (
      message
    ),
    autoClose: undo ? UNDO_MS : 4000,
    withBorder: true,
  });
}

/** Says why something could not be done. */
export function failed(problem: unknown): void {
  const { sentence, requestId } = inWords(problem);
  notifications.show({
    color: "red",
    role: "alert",
    title: "That did not work",
    message: requestId ? `${sentence} (request ${requestId})` : sentence,
    autoClose: 10_000,
    withBorder: true,
  });
}

/** A sentence for the person; the id of the request where the fault is the server's. */
export function inWords(problem: unknown): { sentence: string; requestId: string | null } {
  if (problem instanceof Refused)
    return { sentence: problem.message, requestId: problem.code === "BROKEN" ? problem.requestId : null };
  return { sentence: problem instanceof Error ? problem.message : "Something went wrong.", requestId: null };
}
