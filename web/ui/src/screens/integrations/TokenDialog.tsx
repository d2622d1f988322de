// A new token: named, then shown once. What is shown lives in this dialog alone, and it does not close by accident.
import { Button, Group, Modal, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { act } from "../../api/act";
import { CreateTokenDocument } from "../../generated/integrations";
import { CopyField } from "../../kit/Copy";
import { Notice } from "../../kit/Notice";
import { day } from "../../kit/time";
import { inWords } from "../../kit/told";
import type { Scim } from "./queries";

const LIFETIMES = [
  { value: "365", label: "1 year" },
  { value: "180", label: "180 days" },
  { value: "90", label: "90 days" },
  { value: "30", label: "30 days" },
];

interface Props {
  integration: Scim;
  opened: boolean;
  onClose: () => void;
}

export function TokenDialog({ integration, opened, onClose }: Props) {
  const [made, setMade] = useState<{ secret: string; expiresAt: string } | null>(null);
  const close = () => {
    setMade(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={made ? "Copy the token now" : "New API token"}
      size={made ? "lg" : "md"}
      closeOnEscape={!made}
      closeOnClickOutside={!made}
      withCloseButton={!made}
    >
      {made ? (
        <Shown secret={made.secret} expiresAt={made.expiresAt} onDone={close} />
      ) : (
        <Ask integration={integration} onMade={setMade} onCancel={close} />
      )}
    </Modal>
  );
}

function Shown({ secret, expiresAt, onDone }: { secret: string; expiresAt: string; onDone: () => void }) {
  return (
    <>
      <p style={{ marginBottom: 12 }}>
        It is shown this once. Muster keeps only its fingerprint: nobody can show it to you again.
      </p>
      <CopyField value={secret} label="API token" name="secret" />
      <Group justify="space-between" mt="lg">
        <span className="muted">Good until {day(expiresAt)}.</span>
        <Button onClick={onDone}>I have copied it</Button>
      </Group>
    </>
  );
}

interface AskProps {
  integration: Scim;
  onMade: (made: { secret: string; expiresAt: string }) => void;
  onCancel: () => void;
}

function Ask({ integration, onMade, onCancel }: AskProps) {
  const [lifetime, setLifetime] = useState<string>("365");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const create = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    setBusy(true);
    setProblem(null);
    try {
      const input = { integrationId: integration.id, name, expiresInDays: Number(lifetime) };
      const { secret, apiToken } = await act(CreateTokenDocument, { input });
      if (secret && apiToken) onMade({ secret, expiresAt: apiToken.expiresAt });
    } catch (caught) {
      setProblem(inWords(caught).sentence);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={create} style={{ display: "flex", flexDirection: "column", gap: 14 }}>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <TextInput
        name="name"
        label="Name"
        description="For you, to tell tokens apart."
        defaultValue={`${integration.name} ${new Date().getFullYear()}`}
        required
        withAsterisk={false}
        data-autofocus
      />
      <Select
        label="Expires after"
        name="expires"
        data={LIFETIMES}
        value={lifetime}
        onChange={(value) => value && setLifetime(value)}
        description="You are told by mail 30, 14, 7 days and a day before."
      />
      <Group justify="flex-end" mt="xs">
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" loading={isBusy}>
          Create API Token
        </Button>
      </Group>
    </form>
  );
}
