// What can be done to a team: edit, detach, delete; what can't says why.
import { ActionIcon, Button, Group, Menu, Modal, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { act } from "../../api/act";
import { useMe } from "../../api/viewer";
import { DeleteTeamDocument, DetachTeamDocument, RestoreTeamDocument, UpdateTeamDocument } from "../../generated/teams";
import { sure } from "../../kit/Confirm";
import { Icon } from "../../kit/icons";
import { Notice } from "../../kit/Notice";
import { TeamPicker } from "../../kit/Pickers";
import { failed, inWords, told } from "../../kit/told";
import type { Whole } from "./queries";
import styles from "./Teams.module.css";

export function TeamActions({ team }: { team: Whole }) {
  const { may } = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [isEditing, setEditing] = useState(false);
  const managed = team.managedBy;
  const remove = async () => {
    const body = `Its memberships end, and teams below it move up to ${team.parentTeam?.name ?? "the top"}. History keeps it, and it can be brought back for 90 days.`;
    if (!(await sure({ title: `Delete ${team.name}?`, body, verb: "Delete team", danger: true }))) return;
    try {
      await act(DeleteTeamDocument, { input: { id: team.id } });
      told(`${team.name} is deleted.`, () => {
        act(RestoreTeamDocument, { id: team.id }).then(() => void client.invalidateQueries(), failed);
      });
      void client.invalidateQueries();
      await navigate({ to: "/teams" });
    } catch (problem) {
      failed(problem);
    }
  };
  const detach = async () => {
    const body = `It stays as it is and is managed by hand. ${managed?.name}'s next push of it waits until you link it.`;
    if (!(await sure({ title: `Detach ${team.name} from ${managed?.name}?`, body, verb: "Detach" }))) return;
    try {
      await act(DetachTeamDocument, { team: { id: team.id } });
      told(`${team.name} is managed here from now on.`);
      void client.invalidateQueries();
    } catch (problem) {
      failed(problem);
    }
  };
  return (
    <>
      {may("teams.update", true) && (
        <Button variant="default" leftSection={<Icon name="pencil" size={14} />} onClick={() => setEditing(true)}>
          Edit
        </Button>
      )}
      {may("teams.delete") && (
        <Menu width={240}>
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label={`More about ${team.name}`}>
              <Icon name="ellipsis" />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {managed && may("integrations.manage") && (
              <Menu.Item leftSection={<Icon name="link-2-off" />} onClick={detach}>
                Detach from {managed.name}
              </Menu.Item>
            )}
            {managed && <Menu.Label>Delete its group in {managed.name}, or detach it first</Menu.Label>}
            <Menu.Item color="red" leftSection={<Icon name="trash-2" />} onClick={remove} disabled={Boolean(managed)}>
              Delete team
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Modal opened={isEditing} onClose={() => setEditing(false)} title={`Edit ${team.name}`}>
        <Edit team={team} onClose={() => setEditing(false)} />
      </Modal>
    </>
  );
}

function Edit({ team, onClose }: { team: Whole; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(team.name);
  const [responsibilities, setResponsibilities] = useState(team.responsibilities ?? "");
  const [parent, setParent] = useState(
    team.parentTeam ? { value: team.parentTeam.id, label: team.parentTeam.name } : null,
  );
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isLocked = Boolean(team.managedBy) && team.lockedFields.includes("name");
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const input = {
        id: team.id,
        ...(name !== team.name ? { name } : {}),
        responsibilities,
        ...(parent?.value !== team.parentTeam?.id ? { parentTeam: parent ? { id: parent.value } : null } : {}),
      };
      await act(UpdateTeamDocument, { input });
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
    <form onSubmit={save} className={styles.form}>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <TextInput
        name="name"
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        disabled={isLocked}
        description={isLocked ? `Change it in ${team.managedBy?.name}.` : undefined}
        required
        withAsterisk={false}
        data-autofocus
      />
      <TeamPicker label="Part of" value={parent} onChange={setParent} without={[team.id]} clearable />
      <Textarea
        name="responsibilities"
        label="Responsibilities"
        value={responsibilities}
        onChange={(event) => setResponsibilities(event.target.value)}
        autosize
        minRows={3}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={isBusy}>
          Save
        </Button>
      </Group>
    </form>
  );
}
