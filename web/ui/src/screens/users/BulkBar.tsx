// What is done to the people who were chosen, or to all that the filter meets; taken back while the toast is there.
import { Button, Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { act } from "../../api/act";
import { UpdateUsersDocument, type UsersUpdateInput } from "../../generated/users";
import { sure } from "../../kit/Confirm";
import { Icon } from "../../kit/icons";
import { failed, told } from "../../kit/told";
import { count, ROLE_CHOICES, ROLES, type Role } from "../../kit/words";
import { AddToTeam } from "./AddToTeam";
import styles from "./BulkBar.module.css";
import type { Person } from "./Users";

const AT_ONCE = 200;

interface Props {
  /** Those that are ticked. */
  chosen: Person[];
  total: number;
  all: () => Promise<Person[]>;
  onDone: () => void;
}

export function BulkBar({ chosen, total, all, onDone }: Props) {
  const client = useQueryClient();
  const [isAll, setAll] = useState(false);
  const [isAdding, setAdding] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const number = isAll ? total : chosen.length;

  const change = async (
    changed: Omit<UsersUpdateInput, "users" | "where">,
    words: string,
    back?: (people: Person[]) => Batch[],
  ) => {
    setBusy(true);
    try {
      const people = isAll ? await all() : chosen;
      const done = await apply([{ people, changed }]);
      const undo = back && (() => void apply(back(people)).then(refresh, failed));
      told(`${count(done.count, "person", "people")} ${words}.${done.words}`, done.count > 0 ? undo : undefined);
      onDone();
    } catch (problem) {
      failed(problem);
    } finally {
      setBusy(false);
      refresh();
    }
  };
  const refresh = () => void client.invalidateQueries({ queryKey: ["users"] });
  const giveRole = (role: Role) =>
    change({ role }, `now ${number === 1 ? "has" : "have"} the role ${ROLES[role]}`, (people) =>
      [...Map.groupBy(people, (person) => person.role)].flatMap(([before, those]) =>
        before ? [{ people: those, changed: { role: before } }] : [],
      ),
    );
  const deactivate = async () => {
    const body =
      "They are signed out at once, their tokens are refused, and they can't sign in. They stay on their teams and in the history, and can be made active again.";
    const title = `Deactivate ${count(number, "person", "people")}?`;
    if (await sure({ title, body, verb: "Deactivate", danger: true }))
      await change({ status: "deactivated" }, number === 1 ? "is deactivated" : "are deactivated", (people) => [
        { people: people.filter(({ status }) => status === "active"), changed: { status: "active" } },
      ]);
  };
  return (
    <div className={styles.bar} role="toolbar" aria-label="The chosen people">
      <span className={styles.count}>
        <strong className="number">{number.toLocaleString("en")}</strong> selected
      </span>
      {!isAll && total > chosen.length && (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
          Select all {total.toLocaleString("en")}
        </Button>
      )}
      <span className={styles.verbs}>
        <Button variant="default" size="xs" disabled={isBusy} onClick={() => setAdding(true)}>
          Add to team
        </Button>
        <Menu position="top">
          <Menu.Target>
            <Button variant="default" size="xs" loading={isBusy} rightSection={<Icon name="chevron-down" size={12} />}>
              Change role
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {ROLE_CHOICES.map(({ value, label }) => (
              <Menu.Item key={value} onClick={() => giveRole(value)}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Button variant="default" size="xs" c="var(--bad)" disabled={isBusy} onClick={deactivate}>
          Deactivate
        </Button>
        <Button variant="subtle" color="gray" size="xs" onClick={onDone}>
          Cancel
        </Button>
      </span>
      <AddToTeam
        opened={isAdding}
        number={number}
        onClose={() => setAdding(false)}
        onChosen={(team) => change({ addToTeams: [{ id: team.value }] }, `added to ${team.label}`)}
      />
    </div>
  );
}

interface Batch {
  people: Person[];
  changed: Omit<UsersUpdateInput, "users" | "where">;
}

/** In parts that a request can hold; who could not be changed is told by name. */
async function apply(batches: Batch[]): Promise<{ count: number; words: string }> {
  let done = 0;
  const refused: { name: string; message: string }[] = [];
  for (const { people, changed } of batches)
    for (let start = 0; start < people.length; start += AT_ONCE) {
      const users = people.slice(start, start + AT_ONCE).map(({ id }) => ({ id }));
      const payload = await act(UpdateUsersDocument, { input: { users, ...changed } });
      done += payload.count;
      refused.push(...payload.failed);
    }
  const [first] = refused;
  if (!first) return { count: done, words: "" };
  const others = refused.length > 1 ? `, nor ${refused.length - 1} others` : "";
  return { count: done, words: ` Not ${first.name}${others}: ${first.message}` };
}
