// What waits for an administrator: people and teams to be linked, letters that were held, letters that failed.
import { Button, Group } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { act } from "../../api/act";
import { execute } from "../../api/execute";
import { nodesOf, useList } from "../../api/lists";
import {
  DiscardLettersDocument,
  DismissDecisionDocument,
  FailedLettersDocument,
  LinkDocument,
  PendingDecisionsDocument,
  type PendingDecisionsQuery,
  ReleaseLettersDocument,
  RetryLetterDocument,
} from "../../generated/integrations";
import { sure } from "../../kit/Confirm";
import { Empty } from "../../kit/Empty";
import { Face } from "../../kit/Face";
import { Icon } from "../../kit/icons";
import { PersonLink, TeamLink } from "../../kit/Links";
import { Notice } from "../../kit/Notice";
import { Card } from "../../kit/Page";
import { Since } from "../../kit/Since";
import { failed, told } from "../../kit/told";
import { integrationQuery, type Scim } from "./queries";
import styles from "./Waiting.module.css";

type Decision = NonNullable<
  NonNullable<NonNullable<PendingDecisionsQuery["account"]>["pendingDecisions"]["nodes"]>[number]
>;

export function Waiting({ integration }: { integration: Scim }) {
  return (
    <div className={styles.waiting}>
      <Decisions integration={integration} />
      <Letters integration={integration} />
    </div>
  );
}

function Decisions({ integration }: { integration: Scim }) {
  const client = useQueryClient();
  const list = useList({
    queryKey: ["pending", integration.id],
    document: PendingDecisionsDocument,
    variables: { integration: integration.id },
    pick: (result) => result.account?.pendingDecisions,
  });
  const refresh = () => {
    void client.invalidateQueries({ queryKey: ["pending", integration.id] });
    void client.invalidateQueries({ queryKey: integrationQuery(integration.id).queryKey });
  };
  const link = async (what: { users?: { id: string }[]; teams?: { id: string }[]; allExact?: boolean }) => {
    try {
      const { count: linked, left } = await act(LinkDocument, { input: { integration: integration.id, ...what } });
      const others = left > 0 ? ` ${left.toLocaleString("en")} still wait.` : "";
      told(
        `${linked.toLocaleString("en")} linked.${others} ${integration.name} succeeds at its next try; in Okta, Tasks → Retry Selected.`,
      );
      refresh();
    } catch (problem) {
      failed(problem);
    }
  };
  const dismiss = async (decision: Decision) => {
    try {
      await act(DismissDecisionDocument, { id: decision.id });
      refresh();
    } catch (problem) {
      failed(problem);
    }
  };
  const linkAll = async () => {
    const body =
      "Whoever is called here exactly as the provider calls them is linked, and the provider manages them from then on. Administrators are left for you, one by one.";
    if (await sure({ title: "Link all exact matches?", body, verb: "Link all exact" })) await link({ allExact: true });
  };
  return (
    <Card
      title="People and teams to be linked"
      note={`${integration.name} pushed them, and somebody of that name was here already. Linked, they are ${integration.name}'s to change.`}
      actions={
        list.rows.length > 0 && (
          <Button variant="default" leftSection={<Icon name="link" size={14} />} onClick={linkAll}>
            Link all exact
          </Button>
        )
      }
    >
      {!list.isPending && list.rows.length === 0 && (
        <p className="muted">Nobody waits. Nobody is ever taken over without you.</p>
      )}
      <ul className={styles.rows} aria-busy={list.isPending}>
        {list.rows.map((decision) => (
          <li key={decision.id}>
            <Face name={decision.user?.name ?? decision.team?.name ?? decision.name} size={28} />
            <div className={styles.words}>
              <strong>{decision.name}</strong> <span className="muted">{decision.kind}</span>
              <div className="muted">
                <Here decision={decision} /> asked {decision.attempts === 1 ? "once" : `${decision.attempts} times`},
                last <Since at={decision.lastAskedAt} />
              </div>
            </div>
            <Group gap="xs">
              <Button variant="subtle" color="gray" size="compact-sm" onClick={() => dismiss(decision)}>
                Dismiss
              </Button>
              {(decision.user || decision.team) && (
                <Button
                  variant="light"
                  size="compact-sm"
                  onClick={() =>
                    link(
                      decision.user
                        ? { users: [{ id: decision.user.id }] }
                        : { teams: [{ id: decision.team?.id ?? "" }] },
                    )
                  }
                >
                  Link
                </Button>
              )}
            </Group>
          </li>
        ))}
      </ul>
      {list.hasMore && (
        <Button variant="subtle" size="compact-sm" mt="sm" onClick={list.more}>
          Show more
        </Button>
      )}
    </Card>
  );
}

function Here({ decision }: { decision: Decision }) {
  const { user, team } = decision;
  if (user)
    return (
      <>
        here <PersonLink person={user} />
        {user.role === "admin" && ", an administrator"} ·{" "}
      </>
    );
  if (team)
    return (
      <>
        here <TeamLink team={team} /> ·{" "}
      </>
    );
  return null;
}

function Letters({ integration }: { integration: Scim }) {
  const client = useQueryClient();
  const { held, failed: lost, waiting, sent } = integration.letters;
  const { data: letters } = useQuery({
    queryKey: ["failed-letters", integration.id, lost],
    queryFn: async () =>
      nodesOf((await execute(FailedLettersDocument, { integration: integration.id })).account?.letters),
    enabled: lost > 0,
  });
  const attempt = async (work: Promise<{ count: number }>, words: (count: number) => string) => {
    try {
      told(words((await work).count));
      void client.invalidateQueries({ queryKey: integrationQuery(integration.id).queryKey });
    } catch (problem) {
      failed(problem);
    }
  };
  const discard = async () => {
    const body = "These people get no welcome letter. You can still send each of them an invitation from their page.";
    if (await sure({ title: `Discard ${held} letters?`, body, verb: "Discard letters", danger: true }))
      await attempt(
        act(DiscardLettersDocument, { integration: integration.id }),
        (count) => `${count} letters discarded.`,
      );
  };
  const send = () =>
    attempt(
      act(ReleaseLettersDocument, { integration: integration.id }),
      (count) => `${count} letters are on their way.`,
    );
  if (held + lost + waiting + sent === 0)
    return (
      <Card title="Welcome letters">
        <Empty icon="mail" title="No letter yet">
          New people who are active get one welcome letter. More than fifty within an hour wait here for you.
        </Empty>
      </Card>
    );
  return (
    <Card
      title="Welcome letters"
      note={`${sent.toLocaleString("en")} sent, ${waiting.toLocaleString("en")} on their way.`}
    >
      {held > 0 && (
        <Notice
          tone="warn"
          title={`${held.toLocaleString("en")} waiting: send or discard?`}
          action={
            <Group gap="xs">
              <Button variant="default" size="compact-sm" onClick={discard}>
                Discard
              </Button>
              <Button size="compact-sm" onClick={send}>
                Send letters
              </Button>
            </Group>
          }
        >
          More than fifty were due within an hour, as in a first push. At most a hundred a minute are sent, so thousands
          take hours.
        </Notice>
      )}
      <ul className={styles.rows} style={{ marginTop: held ? 12 : 0 }}>
        {letters?.map((letter) => (
          <li key={letter.id}>
            <Icon name="circle-alert" size={18} />
            <div className={styles.words}>
              <strong>{letter.recipient}</strong>
              <div className="muted">
                {letter.lastError} · tried {letter.attempts} times since <Since at={letter.createdAt} />
              </div>
            </div>
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => attempt(act(RetryLetterDocument, { id: letter.id }), () => "It is tried again now.")}
            >
              Try again
            </Button>
          </li>
        ))}
      </ul>
      {held + lost === 0 && <p className="muted">Nothing waits for you.</p>}
    </Card>
  );
}
