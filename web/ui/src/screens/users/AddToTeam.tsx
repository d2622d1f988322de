// Which team the chosen people are added to.
import { Button, Group, Modal } from "@mantine/core";
import { useState } from "react";
import { TeamPicker } from "../../kit/Pickers";
import { count } from "../../kit/words";

interface Team {
  value: string;
  label: string;
}

interface Props {
  opened: boolean;
  number: number;
  onClose: () => void;
  onChosen: (team: Team) => Promise<void>;
}

export function AddToTeam({ opened, number, onClose, onChosen }: Props) {
  const [team, setTeam] = useState<Team | null>(null);
  const add = async () => {
    onClose();
    if (team) await onChosen(team);
    setTeam(null);
  };
  return (
    <Modal opened={opened} onClose={onClose} title={`Add ${count(number, "person", "people")} to a team`}>
      <TeamPicker
        label="Team"
        value={team}
        onChange={setTeam}
        description="A team that a provider manages takes nobody from here: put them into its group there."
      />
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button disabled={!team} onClick={add}>
          Add to team
        </Button>
      </Group>
    </Modal>
  );
}
