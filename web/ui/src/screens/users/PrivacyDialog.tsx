// What is kept of a person, taken away as a file; and the person erased, once their name was typed. Loaded when opened.
import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { act } from "../../api/act";
import { EraseUserDocument, ExportUserDocument } from "../../generated/users";
import { save } from "../../kit/csv";
import { Notice } from "../../kit/Notice";
import { inWords, told } from "../../kit/told";
import type { Person } from "./queries";

interface Props {
  person: Person;
  onClose: () => void;
}

export function PrivacyDialog({ person, onClose }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (caught) {
      setProblem(inWords(caught).sentence);
    } finally {
      setBusy(false);
    }
  };
  const take = () =>
    attempt(async () => {
      const { document: kept } = await act(ExportUserDocument, { user: { id: person.id } });
      save(`${person.userName}.json`, JSON.stringify(kept, null, 2), "application/json");
    });
  const erase = (event: FormEvent) => {
    event.preventDefault();
    void attempt(async () => {
      const { stillNamedIn } = await act(EraseUserDocument, { user: { id: person.id }, version: person.version });
      const left = (stillNamedIn ?? []).map(({ table, rows }) => `${rows} of ${table.replaceAll("_", " ")}`);
      onClose();
      await navigate({ to: "/users" });
      void client.invalidateQueries();
      told(
        left.length
          ? `The person is erased. Texts that others wrote still name them, in ${left.join(", ")}.`
          : "The person is erased.",
      );
    });
  };
  return (
    <Modal opened onClose={onClose} title={`Personal data of ${person.name}`}>
      <form onSubmit={erase} style={{ display: "flex", flexDirection: "column", gap: 14 }}>
        {problem && (
          <Notice tone="bad" role="alert">
            {problem}
          </Notice>
        )}
        <Group justify="space-between" wrap="nowrap">
          <span>Everything that Muster keeps of {person.name}, as a file.</span>
          <Button variant="default" onClick={take} disabled={isBusy}>
            Export
          </Button>
        </Group>
        <Notice tone="bad">
          Erasing can't be undone: name, attributes, history and every trace in logs and the audit trail are gone. Teams
          keep how many people they had.
          {person.managedBy && ` Remove them in ${person.managedBy.name} first, or its next push makes them anew.`}
        </Notice>
        <TextInput
          label={`Type ${person.name} to erase them`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red" loading={isBusy} disabled={typed.trim() !== person.name.trim()}>
            Erase for good
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
