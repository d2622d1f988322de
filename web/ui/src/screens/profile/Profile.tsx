// Oneself: name, password, and where one is signed in.
import {
  Button,
  Group,
  PasswordInput,
  SegmentedControl,
  Skeleton,
  TextInput,
  useMantineColorScheme,
} from "@mantine/core";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { leave, viewerQuery } from "../../api/queries";
import {
  changeName,
  changePassword,
  endSession,
  type KeptSession,
  keptSessionsQuery,
  type SignedIn,
  sessionQuery,
  signOutEverywhere,
} from "../../api/session";
import { sure } from "../../kit/Confirm";
import { Icon } from "../../kit/icons";
import { Notice } from "../../kit/Notice";
import { Card, Facts, Page } from "../../kit/Page";
import { Since } from "../../kit/Since";
import { ApiTokens } from "../../kit/tokens/ApiTokens";
import { failed, inWords, told } from "../../kit/told";
import { ROLES } from "../../kit/words";
import { browserOf } from "./browsers";
import styles from "./Profile.module.css";

export function Profile() {
  const { data } = useSuspenseQuery(sessionQuery);
  if (!data.signedIn) return null;
  return (
    <Page title="Your profile" width="form">
      <Name session={data} />
      <Password />
      <Sessions />
      <ApiTokens of="mine" />
      <Appearance />
    </Page>
  );
}

function Name({ session }: { session: SignedIn }) {
  const client = useQueryClient();
  const { user, account } = session;
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    try {
      const name = String(new FormData(event.currentTarget).get("name"));
      client.setQueryData(sessionQuery.queryKey, await changeName(name));
      void client.invalidateQueries({ queryKey: viewerQuery.queryKey });
      told("Your name is saved.");
    } catch (problem) {
      failed(problem);
    }
  };
  return (
    <Card title="You" note={user.isManaged ? "Your identity provider manages your name: change it there." : undefined}>
      <form onSubmit={save}>
        <Group align="flex-end" gap="xs">
          <TextInput
            name="name"
            label="Name"
            defaultValue={user.name}
            disabled={user.isManaged}
            required
            withAsterisk={false}
            autoComplete="name"
            style={{ flex: "0 1 320px" }}
          />
          <Button type="submit" variant="default" disabled={user.isManaged}>
            Save name
          </Button>
        </Group>
      </form>
      <div style={{ marginTop: 16 }}>
        <Facts
          facts={[
            ["Email", user.email],
            ["Role", ROLES[user.role]],
            ["Account", account.name],
          ]}
        />
      </div>
    </Card>
  );
}

function Password() {
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    setBusy(true);
    setProblem(null);
    try {
      await changePassword(String(given.get("password")), String(given.get("newPassword")));
      form.reset();
      told("Your password is changed. Your other sessions have ended.");
    } catch (caught) {
      setProblem(inWords(caught).sentence);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title="Password" note="A new one ends your other sessions, and you are told of it by mail.">
      <form onSubmit={save} className={styles.password}>
        {problem && (
          <Notice tone="bad" role="alert">
            {problem}
          </Notice>
        )}
        <PasswordInput
          name="password"
          label="Current password"
          autoComplete="current-password"
          required
          withAsterisk={false}
        />
        <PasswordInput
          name="newPassword"
          label="New password"
          description="At least 12 characters of any kind."
          inputWrapperOrder={["label", "input", "description", "error"]}
          autoComplete="new-password"
          minLength={12}
          required
          withAsterisk={false}
        />
        <div>
          <Button type="submit" variant="default" loading={isBusy}>
            Change password
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Sessions() {
  const client = useQueryClient();
  const { data, isPending } = useQuery(keptSessionsQuery);
  const end = (id: string) =>
    endSession(id).then(() => {
      told("That session has ended.");
      return client.invalidateQueries({ queryKey: keptSessionsQuery.queryKey });
    }, failed);
  const endAll = async () => {
    const body = "Every browser in which you are signed in is signed out, this one too. API tokens go on working.";
    if (await sure({ title: "Sign out everywhere?", body, verb: "Sign out everywhere", danger: true }))
      signOutEverywhere().then(leave, failed);
  };
  return (
    <Card
      title="Where you are signed in"
      actions={
        <Button variant="default" size="compact-sm" onClick={endAll}>
          Sign out everywhere
        </Button>
      }
    >
      <ul className={styles.sessions} aria-busy={isPending}>
        {isPending && (
          <li>
            <Skeleton height={44} />
          </li>
        )}
        {data?.map((session) => (
          <Kept key={session.id} session={session} onEnd={() => end(session.id)} />
        ))}
      </ul>
    </Card>
  );
}

function Kept({ session, onEnd }: { session: KeptSession; onEnd: () => void }) {
  return (
    <li>
      <Icon name="globe" size={18} className="muted" />
      <div className={styles.words}>
        <strong>{browserOf(session.userAgent)}</strong> {session.isCurrent && <span className="muted">· this one</span>}
        <div className="muted">
          {session.ip ?? "Unknown address"} · last used <Since at={session.lastSeenAt} />
        </div>
      </div>
      {!session.isCurrent && (
        <Button variant="subtle" size="compact-sm" color="red" onClick={onEnd}>
          End
        </Button>
      )}
    </li>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Card title="Appearance" note="Kept in this browser.">
      <SegmentedControl
        aria-label="Colours"
        value={colorScheme}
        onChange={(value) => setColorScheme(value as typeof colorScheme)}
        data={[
          { value: "auto", label: "As the system" },
          { value: "light", label: "Light" },
          { value: "dark", label: "Dark" },
        ]}
      />
    </Card>
  );
}
