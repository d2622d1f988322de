// One person: who they are, where they belong, what happened, and the resource as their provider knows it.
import { Tabs } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { execute, isCode } from "../../api/execute";
import { useMe } from "../../api/viewer";
import { UserRawDocument } from "../../generated/users";
import { Copy } from "../../kit/Copy";
import { Empty } from "../../kit/Empty";
import { Face } from "../../kit/Face";
import { ManagedBy } from "../../kit/Locked";
import { Page } from "../../kit/Page";
import { PersonStatus } from "../../kit/Status";
import { NotFound } from "../../shell/Broken";
import { Overview } from "./Overview";
import { type Person, userQuery } from "./queries";
import { type UserTab, userRoute } from "./route";
import styles from "./User.module.css";
import { UserActions } from "./UserActions";
import { UserHistory, UserTeams } from "./UserLists";

export function User() {
  const { id } = userRoute.useParams();
  const { data: person, error } = useQuery({
    ...userQuery(id),
    throwOnError: (problem) => !isCode(problem, "NOT_FOUND"),
  });
  if (error) return <NotFound what="person" />;
  if (!person) return null;
  return <Whole person={person} />;
}

function Whole({ person }: { person: Person }) {
  const { tab = "overview" } = userRoute.useSearch();
  const navigate = useNavigate({ from: "/users/$id" });
  const { may } = useMe();
  return (
    <Page
      title={person.name}
      crumbs={[{ label: "Users", to: "/users" }]}
      heading={<Head person={person} />}
      actions={<UserActions person={person} />}
    >
      <Tabs value={tab} onChange={(value) => void navigate({ search: { tab: value as UserTab }, replace: true })}>
        <Tabs.List mb="md">
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="teams">Teams</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
          {may("users.read_hidden") && <Tabs.Tab value="raw">Raw SCIM</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Overview person={person} />
        </Tabs.Panel>
        <Tabs.Panel value="teams">
          <UserTeams id={person.id} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <UserHistory id={person.id} />
        </Tabs.Panel>
        <Tabs.Panel value="raw">
          <Raw id={person.id} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Head({ person }: { person: Person }) {
  return (
    <div className={styles.head}>
      <Face name={person.name} size={44} />
      <div>
        <div className={styles.name}>
          <h1>{person.name}</h1>
          <PersonStatus person={person} />
          <ManagedBy integration={person.managedBy} />
        </div>
        <div className={styles.email}>
          {person.email || <span className="muted">No email address</span>}
          {person.email && <Copy value={person.email} label="email" />}
          {person.title && <span className="muted">· {person.title}</span>}
        </div>
      </div>
    </div>
  );
}

function Raw({ id }: { id: string }) {
  const { data } = useSuspenseQuery({
    queryKey: ["user-raw", id],
    queryFn: async () => (await execute(UserRawDocument, { id })).account?.user?.rawScim ?? null,
  });
  if (!data)
    return (
      <Empty icon="code" title="No provider manages them">
        What a provider sends of somebody is shown here.
      </Empty>
    );
  const json = JSON.stringify(data, null, 2);
  return (
    <div className={styles.raw}>
      <div className={styles.copy}>
        <Copy value={json} label="the resource" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className="mono" tabIndex={0}>
        {json}
      </pre>
    </div>
  );
}
