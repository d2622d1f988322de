// What an integration is set to: its name, what it may do, when it stops by itself, moving house, its end.
import { Button, Group, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { act } from "../../api/act";
import { DeleteIntegrationDocument, MoveIntegrationDocument } from "../../generated/integrations";
import { sure } from "../../kit/Confirm";
import { Card } from "../../kit/Page";
import { failed, told } from "../../kit/told";
import { count } from "../../kit/words";
import { integrationsQuery, type Scim } from "./queries";
import { useUpdate } from "./useUpdate";
import styles from "./Waiting.module.css";

interface Choice {
  key: string;
  label: string;
  description: string;
}

const CHOICES: Choice[] = [
  {
    key: "welcome_letters",
    label: "Welcome letters",
    description: "A new active person gets one letter. Above fifty an hour they wait for you.",
  },
  {
    key: "allow_edits",
    label: "Allow edits here",
    description: "People may change what the provider manages; its next push wins.",
  },
  {
    key: "nested_groups",
    label: "Groups within groups",
    description: "A group within a group stands below it in the tree of teams. Off, such a member is refused.",
  },
  {
    key: "link_exact_user_names",
    label: "Link exact userNames unasked",
    description: "People made by hand whose userName is sent exactly are linked at once. Administrators never are.",
  },
  {
    key: "strict",
    label: "Strict SCIM",
    description: "The letter of RFC 7643 and 7644: what real clients get wrong is refused instead of understood.",
  },
];

export function SettingsTab({ integration }: { integration: Scim }) {
  const raw = integration.settings.raw as Record<string, unknown>;
  const [name, setName] = useState(integration.name);
  const update = useUpdate(integration);
  const rename = (event: FormEvent) => {
    event.preventDefault();
    void update({ name }, "The name is saved.");
  };
  return (
    <div className={styles.waiting}>
      <Card title="Name" note="In the history of people and teams, too.">
        <form onSubmit={rename}>
          <Group align="flex-end" gap="xs">
            <TextInput
              name="name"
              aria-label="Name"
              value={name}
              onChange={(event) => setName(event.target.value)}
              required
              style={{ flex: "0 1 320px" }}
            />
            <Button type="submit" variant="default" disabled={name === integration.name}>
              Save name
            </Button>
          </Group>
        </form>
      </Card>
      <Card title="What it may do">
        <div style={{ display: "flex", flexDirection: "column", gap: 14 }}>
          {CHOICES.map(({ key, label, description }) => (
            <Switch
              key={key}
              label={label}
              description={description}
              checked={raw[key] === true}
              onChange={(event) => update({ settings: { [key]: event.target.checked } }, "The setting is saved.")}
            />
          ))}
        </div>
      </Card>
      <Threshold raw={raw} onSave={(settings) => update({ settings }, "The threshold is saved.")} />
      {integration.status !== "paused" && (
        <Pause integration={integration} onPause={() => update({ paused: true }, `${integration.name} is paused.`)} />
      )}
      <Move integration={integration} />
      <End integration={integration} />
    </div>
  );
}

function Threshold({
  raw,
  onSave,
}: {
  raw: Record<string, unknown>;
  onSave: (settings: Record<string, unknown>) => void;
}) {
  const [people, setPeople] = useState(Number(raw.alert_deactivations_per_hour));
  const [teams, setTeams] = useState(Number(raw.alert_emptied_teams_per_hour));
  const isSame =
    people === Number(raw.alert_deactivations_per_hour) && teams === Number(raw.alert_emptied_teams_per_hour);
  return (
    <Card
      title="When too much happens at once"
      note="If more than this happens within an hour, administrators get a mail; 0 for never."
    >
      <Group align="flex-end" gap="xs" mb="md">
        <NumberInput
          label="Deactivations"
          name="deactivations"
          min={0}
          max={1_000_000}
          value={people}
          onChange={(value) => setPeople(Number(value) || 0)}
          w={150}
        />
        <NumberInput
          label="Emptied teams"
          name="emptiedTeams"
          min={0}
          max={1_000_000}
          value={teams}
          onChange={(value) => setTeams(Number(value) || 0)}
          w={150}
        />
        <Button
          variant="default"
          disabled={isSame}
          onClick={() => onSave({ alert_deactivations_per_hour: people, alert_emptied_teams_per_hour: teams })}
        >
          Save threshold
        </Button>
      </Group>
      <Switch
        label="Pause the integration, too"
        description="Its writes are put off until an administrator lets it go on; reads are answered."
        checked={raw.pause_on_alert === true}
        onChange={(event) => onSave({ pause_on_alert: event.target.checked })}
      />
    </Card>
  );
}

function Pause({ integration, onPause }: { integration: Scim; onPause: () => void }) {
  const pause = async () => {
    const body = `${integration.name} is told to try again later, and nothing it sends changes anything until you resume. It can still read.`;
    if (await sure({ title: `Pause ${integration.name}?`, body, verb: "Pause" })) onPause();
  };
  return (
    <Card
      title="Pause"
      note="For a while, nothing that it sends changes anything."
      actions={
        <Button variant="default" onClick={pause}>
          Pause integration
        </Button>
      }
    >
      {null}
    </Card>
  );
}

function Move({ integration }: { integration: Scim }) {
  const client = useQueryClient();
  const { data } = useQuery(integrationsQuery);
  const others = data?.filter(({ id }) => id !== integration.id) ?? [];
  const [target, setTarget] = useState<string | null>(null);
  const move = async () => {
    const to = others.find(({ id }) => id === target);
    if (!to) return;
    try {
      const plan = await act(MoveIntegrationDocument, { input: { from: integration.id, to: to.id, dryRun: true } });
      const body = (
        <>
          <p>
            {count(plan.matched, "person or team", "people and teams")} that {to.name} asked for by the same name move
            to it, with their ids, memberships and history.
          </p>
          <p style={{ marginTop: 8 }}>
            {plan.notAskedFor.toLocaleString("en")} whom it has not asked for stay with {integration.name}
            {plan.conflicts > 0 &&
              `, and ${plan.conflicts.toLocaleString("en")} that stand against something: link those by hand`}
            .
          </p>
        </>
      );
      if (!(await sure({ title: `Move to ${to.name}?`, body, verb: "Move" }))) return;
      const { moved } = await act(MoveIntegrationDocument, {
        input: { from: integration.id, to: to.id, dryRun: false },
      });
      told(`${moved.toLocaleString("en")} moved to ${to.name}.`);
      void client.invalidateQueries();
    } catch (problem) {
      failed(problem);
    }
  };
  return (
    <Card
      title="Move house"
      note="To a new application at your provider, or to another provider: connect it beside this one, let it push, then move."
    >
      {others.length === 0 ? (
        <p className="muted">There is no other integration to move to yet.</p>
      ) : (
        <Group align="flex-end" gap="xs">
          <Select
            label="Move people and teams to"
            placeholder="Choose an integration"
            data={others.map(({ id, name }) => ({ value: id, label: name }))}
            value={target}
            onChange={setTarget}
            w={260}
          />
          <Button variant="default" disabled={!target} onClick={move}>
            Preview the move
          </Button>
        </Group>
      )}
    </Card>
  );
}

function End({ integration }: { integration: Scim }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const end = async () => {
    const body = `Its tokens are refused from that moment, and letters that wait are discarded. ${integration.userCount.toLocaleString("en")} people and ${integration.teamCount.toLocaleString("en")} teams stay, with their history, and are managed by hand.`;
    if (!(await sure({ title: `Delete ${integration.name}?`, body, verb: "Delete integration", danger: true }))) return;
    try {
      await act(DeleteIntegrationDocument, { id: integration.id });
      await client.invalidateQueries({ queryKey: integrationsQuery.queryKey });
      told(`${integration.name} is deleted.`);
      await navigate({ to: "/integrations" });
    } catch (problem) {
      failed(problem);
    }
  };
  return (
    <Card
      title="Delete"
      note="People, teams and history stay. What it managed is managed by hand."
      actions={
        <Button variant="outline" color="red" onClick={end}>
          Delete integration
        </Button>
      }
    >
      {null}
    </Card>
  );
}
