// A new token: named, then shown once. What is shown lives in this dialog alone, and it does not close by accident.
import { Button, Group, Modal, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { act } from "../../api/act";
import { CreateTokenDocument } from "../../generated/shell";
import { CopyField } from "../Copy";
import { Notice } from "../Notice";
import { day } from "../time";
import { inWords } from "../told";

const LIFETIMES = [
  { value: "365", label: "1 year" },
  { value: "180", label: "180 days" },
  { value: "90", label: "90 days" },
  { value: "30", label: "30 days" },
];

/** Whose token it is: an integration's, a person's, or, with neither, the account's own. */
export interface Owner {
  integrationId?: string;
  userId?: string;
}

interface Props {
  owner: Owner;
  suggestedName: string;
  /** Whether it may be one that only reads; a token for SCIM has no such choice. */
  withScope?: boolean;
  opened: boolean;
  onClose: () => void;
}

export function TokenDialog({ opened, onClose, ...asked }: Props) {
  const [made, setMade] = useState<Made | null>(null);
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
      {made ? <Shown made={made} onDone={close} /> : <Ask {...asked} onMade={setMade} onCancel={close} />}
    </Modal>
  );
}

interface Made {
  secret: string;
  expiresAt: string;
}

function Shown({ made, onDone }: { made: Made; onDone: () => void }) {
  return (
    <>
      <p style={{ marginBottom: 12 }}>
        It is shown this once. Muster keeps only its fingerprint: nobody can show it to you again.
      </p>
      <CopyField value={made.secret} label="API token" name="secret" />
      <Group justify="space-between" mt="lg">
        <span className="muted">Good until {day(made.expiresAt)}.</span>
        <Button onClick={onDone}>I have copied it</Button>
      </Group>
    </>
  );
}

interface AskProps extends Omit<Props, "opened" | "onClose"> {
  onMade: (made: Made) => void;
  onCancel: () => void;
}

function Ask({ owner, suggestedName, withScope, onMade, onCancel }: AskProps) {
  const [lifetime, setLifetime] = useState("365");
  const [scope, setScope] = useState("read");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const create = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    setBusy(true);
    setProblem(null);
    try {
      const input = { ...owner, name, expiresInDays: Number(lifetime), ...(withScope ? { scope } : {}) };
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
        defaultValue={suggestedName}
        required
        withAsterisk={false}
        data-autofocus
      />
      {withScope && (
        <Select
          label="It may"
          name="scope"
          data={[
            { value: "read", label: "Read" },
            { value: "write", label: "Read and write" },
          ]}
          value={scope}
          onChange={(value) => value && setScope(value)}
        />
      )}
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
