// How a team is reached.
import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { act } from "../../api/act";
import { useMe } from "../../api/viewer";
import { AddContactDocument, type ContactType, DeleteContactDocument } from "../../generated/teams";
import { Copy } from "../../kit/Copy";
import { Icon } from "../../kit/icons";
import { failed, told } from "../../kit/told";
import type { Whole } from "./queries";
import styles from "./Teams.module.css";

const TYPES: { value: ContactType; label: string }[] = [
  { value: "slack", label: "Slack channel" },
  { value: "slack_handle", label: "Slack handle" },
  { value: "email", label: "Email" },
  { value: "microsoft_teams", label: "Microsoft Teams" },
  { value: "github", label: "GitHub" },
  { value: "web", label: "Web page" },
];

const labelOf = (type: ContactType) => TYPES.find(({ value }) => value === type)?.label ?? type;

export function Contacts({ team }: { team: Whole }) {
  const client = useQueryClient();
  const { may } = useMe();
  const mayChange = may("teams.update", true);
  const contacts = team.contacts ?? [];
  const remove = async (id: string, address: string) => {
    try {
      await act(DeleteContactDocument, { input: { id } });
      told(`${address} is removed.`);
      void client.invalidateQueries({ queryKey: ["team"] });
    } catch (problem) {
      failed(problem);
    }
  };
  return (
    <div className={styles.members} style={{ maxWidth: 820 }}>
      {contacts.length === 0 && <p className="muted">Nobody has said yet how this team is reached.</p>}
      <ul className={styles.rows}>
        {contacts.map((contact) => (
          <li key={contact.id}>
            <span style={{ display: "flex", alignItems: "center", gap: 4, overflowWrap: "anywhere" }}>
              {contact.address}
              <Copy value={contact.address} label="address" />
            </span>
            <span className="muted">{contact.displayName ?? labelOf(contact.type)}</span>
            {mayChange && (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove ${contact.address}`}
                onClick={() => remove(contact.id, contact.address)}
              >
                <Icon name="x" size={14} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
      {mayChange && <Add teamId={team.id} />}
    </div>
  );
}

function Add({ teamId }: { teamId: string }) {
  const client = useQueryClient();
  const [type, setType] = useState<ContactType>("slack");
  const add = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    try {
      const address = String(new FormData(form).get("address"));
      await act(AddContactDocument, { input: { teamId, type, address } });
      form.reset();
      void client.invalidateQueries({ queryKey: ["team"] });
    } catch (problem) {
      failed(problem);
    }
  };
  return (
    <form onSubmit={add} style={{ display: "flex", gap: 8, alignItems: "flex-end", flexWrap: "wrap" }}>
      <Select
        name="type"
        label="Kind"
        data={TYPES}
        value={type}
        onChange={(value) => value && setType(value as ContactType)}
        w={170}
      />
      <TextInput name="address" label="Address" required withAsterisk={false} style={{ flex: "1 1 200px" }} />
      <Button type="submit" variant="default">
        Add contact
      </Button>
    </form>
  );
}
