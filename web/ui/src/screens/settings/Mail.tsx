// Letters: which are on their way, which wait, and which could not be sent.
import { Button, SegmentedControl } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { act } from "../../api/act";
import { useList } from "../../api/lists";
import { LettersDocument, RetryOneLetterDocument } from "../../generated/settings";
import { Empty } from "../../kit/Empty";
import { PersonLink } from "../../kit/Links";
import { More } from "../../kit/More";
import { Card } from "../../kit/Page";
import { Since } from "../../kit/Since";
import { Status, type Tone } from "../../kit/Status";
import { failed, told } from "../../kit/told";
import styles from "./Settings.module.css";

const STATES: Record<string, { states?: string[]; label: string }> = {
  all: { label: "All" },
  failed: { label: "Failed", states: ["failed"] },
  held: { label: "Held", states: ["held"] },
  waiting: { label: "On their way", states: ["waiting"] },
  sent: { label: "Sent", states: ["sent"] },
};

const TONES: Record<string, Tone> = { failed: "bad", held: "warn", waiting: "accent", sent: "good" };

export function Mail() {
  const client = useQueryClient();
  const [shown, setShown] = useState("all");
  const list = useList({
    queryKey: ["letters"],
    document: LettersDocument,
    variables: { filter: { states: STATES[shown]?.states } },
    pick: (result) => result.account?.letters,
  });
  const retry = async (id: string) => {
    try {
      await act(RetryOneLetterDocument, { id });
      told("It is tried again now.");
      void client.invalidateQueries({ queryKey: ["letters"] });
    } catch (problem) {
      failed(problem);
    }
  };
  return (
    <Card title="Letters" note="Held letters are sent or discarded on their integration's page.">
      <SegmentedControl
        aria-label="Which letters"
        value={shown}
        onChange={setShown}
        data={Object.entries(STATES).map(([value, { label }]) => ({ value, label }))}
        mb="md"
        style={{ flexWrap: "wrap" }}
      />
      {!list.isPending && list.rows.length === 0 && <Empty icon="mail" title="No letter" />}
      <ul className={styles.rows} aria-busy={list.isPending || list.isStale}>
        {list.rows.map((letter) => (
          <li key={letter.id}>
            <div className={styles.words}>
              {letter.recipient} <span className="muted">· {letter.letter}</span>
              <div className="muted">
                {letter.user && (
                  <>
                    <PersonLink person={letter.user} /> ·{" "}
                  </>
                )}
                <Since at={letter.sentAt ?? letter.createdAt} />
                {letter.lastError && ` · ${letter.lastError} · tried ${letter.attempts} times`}
              </div>
            </div>
            <Status tone={TONES[letter.state] ?? "idle"}>{letter.state}</Status>
            {letter.state === "failed" && (
              <Button variant="default" size="compact-sm" onClick={() => retry(letter.id)}>
                Try again
              </Button>
            )}
          </li>
        ))}
      </ul>
      <More list={list} />
    </Card>
  );
}
