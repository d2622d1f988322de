// Name and role of a person. What their provider manages is locked, with the reason.
import { Button, Group, Modal, Select, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { act } from "../../api/act";
import { useMe } from "../../api/viewer";
import { UpdateUserDocument } from "../../generated/users";
import { Notice } from "../../kit/Notice";
import { inWords, told } from "../../kit/told";
import { ROLE_CHOICES, type Role } from "../../kit/words";
import type { Person } from "./queries";

interface Props {
  person: Person;
  opened: boolean;
  onClose: () => void;
}

export function EditUser({ person, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Edit ${person.name}`}>
      <Form person={person} onClose={onClose} />
    </Modal>
  );
}

function Form({ person, onClose }: Omit<Props, "opened">) {
  const client = useQueryClient();
  const { may } = useMe();
  const [name, setName] = useState(person.name);
  const [role, setRole] = useState<Role>(person.role ?? "user");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isNameLocked = Boolean(person.managedBy) && person.lockedFields.includes("name");
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const input = { ...(name !== person.name ? { name } : {}), ...(role !== person.role ? { role } : {}) };
      await act(UpdateUserDocument, { user: { id: person.id }, input });
      void client.invalidateQueries();
      told(`${name} is saved.`);
      onClose();
    } catch (caught) {
      setProblem(inWords(caught).sentence);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={save} style={{ display: "flex", flexDirection: "column", gap: 14 }}>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      {person.managedBy && (
        <Notice icon="lock" tone="idle">
          {person.managedBy.name} manages {person.name}: change name, email and title there.
        </Notice>
      )}
      <TextInput
        name="name"
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        disabled={isNameLocked}
        description={isNameLocked ? `Change it in ${person.managedBy?.name}.` : undefined}
        required
        withAsterisk={false}
        data-autofocus
      />
      <Select
        name="role"
        label="Role"
        data={ROLE_CHOICES}
        value={role}
        onChange={(value) => value && setRole(value as Role)}
        disabled={!may("users.set_role")}
        description="A lower role ends their sessions, so that it counts at once."
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={isBusy} disabled={name === person.name && role === person.role}>
          Save
        </Button>
      </Group>
    </form>
  );
}
