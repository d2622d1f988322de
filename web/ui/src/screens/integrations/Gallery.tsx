// What can be connected; and for SCIM, what it does and the button that makes it.
import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { act } from "../../api/act";
import { CreateIntegrationDocument } from "../../generated/integrations";
import { Icon, type IconName } from "../../kit/icons";
import { Card, Page } from "../../kit/Page";
import { failed } from "../../kit/told";
import styles from "./Integrations.module.css";
import { integrationsQuery } from "./queries";
import { newIntegrationRoute } from "./route";

interface Kind {
  name: string;
  what: string;
  icon: IconName;
  to: "/integrations/new" | "/settings";
  search: Record<string, string>;
}

const KINDS: Kind[] = [
  {
    name: "SCIM",
    what: "Okta, Entra, OneLogin and others push people and groups.",
    icon: "plug",
    to: "/integrations/new",
    search: { type: "scim" },
  },
  {
    name: "OpenID Connect",
    what: "Sign in with your identity provider.",
    icon: "key-round",
    to: "/settings",
    search: { tab: "sign-in" },
  },
  {
    name: "SAML 2.0",
    what: "Sign in with your identity provider.",
    icon: "shield",
    to: "/settings",
    search: { tab: "sign-in" },
  },
];

export function Gallery() {
  const { type } = newIntegrationRoute.useSearch();
  const [search, setSearch] = useState("");
  if (type === "scim") return <NewScim />;
  const found = KINDS.filter(({ name, what }) => `${name} ${what}`.toLowerCase().includes(search.toLowerCase()));
  return (
    <Page title="New integration" crumbs={[{ label: "Integrations", to: "/integrations" }]}>
      <TextInput
        type="search"
        name="search"
        aria-label="Search integrations"
        placeholder="Search integrations"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        leftSection={<Icon name="search" size={14} />}
        maw={300}
      />
      <ul className={styles.gallery}>
        {found.map((kind) => (
          <li key={kind.name}>
            <Link to={kind.to} search={kind.search as never} className={styles.choice}>
              <Tile kind={kind} />
            </Link>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="muted">Nothing is called that.</p>}
    </Page>
  );
}

function Tile({ kind }: { kind: Kind }) {
  return (
    <>
      <span className={styles.mark}>
        <Icon name={kind.icon} size={18} />
      </span>
      <span>
        <strong>{kind.name}</strong>
        <p>{kind.what}</p>
      </span>
    </>
  );
}

const DOES = [
  "Your provider creates, updates and deactivates people here, as they join, move and leave.",
  "Groups that it pushes become teams, with their members; every change is kept, with its time.",
  "Nobody who is here already is taken over: you decide who is linked.",
];

function NewScim() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const create = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    setBusy(true);
    try {
      const { integration } = await act(CreateIntegrationDocument, { input: { type: "scim", name } });
      void client.invalidateQueries({ queryKey: integrationsQuery.queryKey });
      if (integration) await navigate({ to: "/integrations/$id", params: { id: integration.id } });
    } catch (problem) {
      failed(problem);
    } finally {
      setBusy(false);
    }
  };
  const crumbs = [
    { label: "Integrations", to: "/integrations" },
    { label: "New integration", to: "/integrations/new" },
  ];
  return (
    <Page title="SCIM" crumbs={crumbs} width="form">
      <Card title="What it does">
        <ul className={styles.does}>
          {DOES.map((what) => (
            <li key={what}>
              <Icon name="check" />
              {what}
            </li>
          ))}
        </ul>
        <form onSubmit={create} className={styles.create}>
          <TextInput
            name="name"
            label="Name"
            description="What it is called here, and in the history of people and teams."
            defaultValue="Okta"
            required
            withAsterisk={false}
            autoFocus
            style={{ flex: "1 1 240px" }}
          />
          <Button type="submit" loading={isBusy}>
            Create
          </Button>
        </form>
      </Card>
    </Page>
  );
}
