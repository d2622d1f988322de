// Inviting many at once: what was pasted is sorted out while it is typed, and who is here already is named.
import { Button, Group, Modal, Select, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { act } from "../../api/act";
import { execute } from "../../api/execute";
import { nodesOf } from "../../api/lists";
import { InviteUserDocument, UpdateUsersDocument, WhoIsHereDocument } from "../../generated/users";
import { Notice } from "../../kit/Notice";
import { TeamPicker } from "../../kit/Pickers";
import { inWords, told } from "../../kit/told";
import { count, ROLE_CHOICES, type Role } from "../../kit/words";
import { addressesIn } from "./addresses";

const ASKED_AT_ONCE = 400;

export function InviteDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Invite people" size="lg">
      <Form onClose={onClose} />
    </Modal>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [text, setText] = useState("");
  const [role, setRole] = useState<Role>("user");
  const [team, setTeam] = useState<{ value: string; label: string } | null>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const [refused, setRefused] = useState<string[]>([]);
  const pasted = useMemo(() => addressesIn(text), [text]);
  const here = useWhoIsHere(pasted.valid);
  const invited = pasted.valid.filter((address) => !here.has(address.toLowerCase()));

  const invite = async () => {
    setRefused([]);
    const problems: string[] = [];
    const users: { id: string }[] = [];
    for (const [index, email] of invited.entries()) {
      setProgress(index + 1);
      try {
        const { user } = await act(InviteUserDocument, { email, input: { role } });
        if (user) users.push({ id: user.id });
      } catch (problem) {
        problems.push(`${email}: ${inWords(problem).sentence}`);
      }
    }
    try {
      if (team && users.length) await act(UpdateUsersDocument, { input: { users, addToTeams: [{ id: team.value }] } });
    } catch (problem) {
      problems.push(`${team?.label}: ${inWords(problem).sentence}`);
    }
    setProgress(null);
    void client.invalidateQueries({ queryKey: ["users"] });
    if (users.length) told(`${count(users.length, "person", "people")} invited. The letters are on their way.`);
    if (problems.length) setRefused(problems);
    else onClose();
  };
  return (
    <div style={{ display: "flex", flexDirection: "column", gap: 14 }}>
      <Textarea
        name="emails"
        label="Email addresses"
        description="One on each line, or with commas between; paste as many as you like."
        minRows={5}
        maxRows={12}
        autosize
        value={text}
        onChange={(event) => setText(event.target.value)}
        data-autofocus
      />
      <Found
        pasted={pasted}
        here={pasted.valid.filter((address) => here.has(address.toLowerCase()))}
        valid={invited.length}
      />
      <Group grow align="flex-start">
        <Select
          name="role"
          label="Role"
          data={ROLE_CHOICES}
          value={role}
          onChange={(value) => value && setRole(value as Role)}
        />
        <TeamPicker label="Team (if you like)" value={team} onChange={setTeam} clearable />
      </Group>
      {refused.length > 0 && (
        <Notice tone="bad" role="alert" title={`${count(refused.length, "address", "addresses")} could not be invited`}>
          <ul>
            {refused.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </Notice>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button disabled={invited.length === 0 || progress !== null} onClick={invite}>
          {progress === null ? `Invite ${invited.length || ""}` : `Inviting ${progress} of ${invited.length}`}
        </Button>
      </Group>
    </div>
  );
}

interface FoundProps {
  pasted: ReturnType<typeof addressesIn>;
  here: string[];
  valid: number;
}

function Found({ pasted, here, valid }: FoundProps) {
  const parts = [
    { words: `${valid} valid`, names: [], isShown: valid > 0 },
    { words: `${here.length} already here`, names: here, isShown: here.length > 0 },
    { words: `${pasted.twice.length} pasted twice`, names: pasted.twice, isShown: pasted.twice.length > 0 },
    { words: `${pasted.bad.length} no address`, names: pasted.bad, isShown: pasted.bad.length > 0 },
  ].filter(({ isShown }) => isShown);
  return (
    <p role="status" className="muted" style={{ minHeight: 20, overflowWrap: "anywhere" }}>
      {parts.map(({ words, names }) => (names.length ? `${words} (${listed(names)})` : words)).join(" · ")}
    </p>
  );
}

const listed = (names: string[]) =>
  names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");

function useWhoIsHere(addresses: string[]): Set<string> {
  const [asked] = useDebouncedValue(addresses.slice(0, ASKED_AT_ONCE), 300);
  const { data } = useQuery({
    queryKey: ["who-is-here", asked],
    queryFn: async () =>
      nodesOf((await execute(WhoIsHereDocument, { emails: asked, first: ASKED_AT_ONCE })).account?.users),
    enabled: asked.length > 0,
    placeholderData: keepPreviousData,
  });
  return new Set(data?.map(({ email }) => email.toLowerCase()));
}
