// Who joins a team, and in which role.
import { Button, Group, Modal, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { PersonPicker } from "../../kit/Pickers";
import type { Whole } from "./queries";
import styles from "./Teams.module.css";

interface Option {
  value: string;
  label: string;
}

interface Props {
  team: Whole;
  opened: boolean;
  onClose: () => void;
  onChosen: (person: Option, role: string) => Promise<void>;
}

export function AddMember({ team, opened, onClose, onChosen }: Props) {
  const [person, setPerson] = useState<Option | null>(null);
  const [role, setRole] = useState("member");
  const add = async () => {
    if (person) await onChosen(person, role);
    setPerson(null);
    onClose();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={`Add a member to ${team.name}`}>
      <div className={styles.form}>
        <PersonPicker label="Person" value={person} onChange={setPerson} />
        <SegmentedControl
          aria-label="Role"
          value={role}
          onChange={setRole}
          data={[
            { value: "member", label: "Member" },
            { value: "manager", label: "Manager" },
          ]}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={!person} onClick={add}>
            Add member
          </Button>
        </Group>
      </div>
    </Modal>
  );
}
