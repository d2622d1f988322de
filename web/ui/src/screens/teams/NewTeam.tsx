// A team made by hand.
import { Button, Group, Modal, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { act } from "../../api/act";
import { CreateTeamDocument } from "../../generated/teams";
import { Notice } from "../../kit/Notice";
import { TeamPicker } from "../../kit/Pickers";
import { inWords } from "../../kit/told";
import styles from "./Teams.module.css";

export function NewTeam({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="New team">
      <Form onClose={onClose} />
    </Modal>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [parent, setParent] = useState<{ value: string; label: string } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const create = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setBusy(true);
    try {
      const input = {
        name: String(given.get("name")),
        responsibilities: String(given.get("responsibilities")) || undefined,
        parentTeam: parent ? { id: parent.value } : undefined,
      };
      const { team } = await act(CreateTeamDocument, { input });
      void client.invalidateQueries();
      if (team) await navigate({ to: "/teams/$alias", params: { alias: team.alias ?? team.id } });
    } catch (caught) {
      setProblem(inWords(caught).sentence);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={create} className={styles.form}>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <TextInput name="name" label="Name" required withAsterisk={false} data-autofocus />
      <TeamPicker label="Part of (if any)" value={parent} onChange={setParent} clearable />
      <Textarea
        name="responsibilities"
        label="Responsibilities"
        description="What others may ask this team for."
        autosize
        minRows={3}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={isBusy}>
          Create team
        </Button>
      </Group>
    </form>
  );
}
