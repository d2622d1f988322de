// The identity providers by which people sign in: added, given what they need, tried, switched on.
import { Button, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { act } from "../../api/act";
import { execute } from "../../api/execute";
import { nodesOf } from "../../api/lists";
import {
  CreateSignInConnectionDocument,
  SignInConnectionsDocument,
  type SignInConnectionsQuery,
  UpdateAccountDocument,
} from "../../generated/settings";
import { sure } from "../../kit/Confirm";
import { Card } from "../../kit/Page";
import { failed, told } from "../../kit/told";
import { Connection } from "./Connection";
import styles from "./Settings.module.css";

export const connectionsQuery = {
  queryKey: ["sign-in-connections"],
  queryFn: async () => (await execute(SignInConnectionsDocument)).account,
};

type Account = NonNullable<SignInConnectionsQuery["account"]>;
export type SignInConnection = NonNullable<NonNullable<Account["signInConnections"]["nodes"]>[number]>;

export function Connections() {
  const { data: account } = useQuery(connectionsQuery);
  const client = useQueryClient();
  if (!account) return null;
  const again = () => client.invalidateQueries({ queryKey: connectionsQuery.queryKey });
  const connections = nodesOf(account.signInConnections);
  const integrations = nodesOf(account.scimIntegrations).map(({ id, name }) => ({ value: id, label: name }));
  const isRequired = account.settings.requireSingleSignOn;
  return (
    <>
      {connections.map((connection) => (
        <Connection key={connection.id} connection={connection} integrations={integrations} onChange={again} />
      ))}
      <Add integrations={integrations} onAdd={again} />
      {(isRequired || connections.some((one) => one.enabled)) && <Required isRequired={isRequired} onChange={again} />}
    </>
  );
}

interface Choice {
  value: string;
  label: string;
}

function Add({ integrations, onAdd }: { integrations: Choice[]; onAdd: () => void }) {
  const [kind, setKind] = useState<"saml" | "oidc">("saml");
  const [integration, setIntegration] = useState(integrations[0]?.value ?? null);
  const [isOpen, setOpen] = useState(false);
  const add = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    try {
      await act(CreateSignInConnectionDocument, { input: { kind, name, integrationId: integration } });
      setOpen(false);
      onAdd();
      told(`${name} is added, and switched off until you have tried it.`);
    } catch (problem) {
      failed(problem);
    }
  };
  return (
    <Card
      title="Single sign-on"
      note="People sign in by your identity provider: as whom it sends here over SCIM, or as nobody."
      actions={
        !isOpen && (
          <Button variant="default" onClick={() => setOpen(true)}>
            Add a connection
          </Button>
        )
      }
    >
      {isOpen ? (
        <form onSubmit={add} className={styles.fields}>
          <Select
            name="kind"
            label="Protocol"
            description="Okta's custom applications with SCIM are SAML."
            data={[
              { value: "saml", label: "SAML 2.0" },
              { value: "oidc", label: "OpenID Connect" },
            ]}
            value={kind}
            onChange={(value) => value && setKind(value)}
            allowDeselect={false}
          />
          <TextInput
            name="name"
            label="Name"
            description="On the button of the sign-in page."
            defaultValue="Okta"
            required
            withAsterisk={false}
          />
          <Select
            name="integration"
            label="Whose people"
            description="The integration through which the same provider sends people."
            data={integrations}
            value={integration}
            onChange={setIntegration}
            clearable
          />
          <div>
            <Button type="submit">Add</Button>
          </div>
        </form>
      ) : (
        <p className="muted">
          Step by step: <Guide name="sso-okta-saml">Okta by SAML</Guide>,{" "}
          <Guide name="sso-okta-oidc">Okta by OpenID Connect</Guide>, <Guide name="sso-entra">Microsoft Entra</Guide>.
        </p>
      )}
    </Card>
  );
}

function Guide({ name, children }: { name: string; children: string }) {
  return (
    <a className="link" href={`/docs/${name}`}>
      {children}
    </a>
  );
}

function Required({ isRequired, onChange }: { isRequired: boolean; onChange: () => void }) {
  const require = async () => {
    const isSure =
      isRequired ||
      (await sure({
        title: "Require single sign-on?",
        body: "Passwords are refused from now on, except those of break-glass administrators. Open sessions go on.",
        verb: "Require it",
      }));
    if (!isSure) return;
    try {
      await act(UpdateAccountDocument, { input: { requireSingleSignOn: !isRequired } });
      onChange();
      told(isRequired ? "Passwords are taken again." : "Single sign-on is required.");
    } catch (problem) {
      failed(problem);
    }
  };
  return (
    <Card
      title="Who may use a password"
      note={isRequired ? "Break-glass administrators alone." : "Everybody who has one, beside single sign-on."}
      actions={
        <Button variant="default" onClick={require}>
          {isRequired ? "Allow passwords" : "Require single sign-on"}
        </Button>
      }
    >
      <p className="muted">
        Break-glass administrators keep theirs, so that a provider that is down locks nobody out for good.
      </p>
    </Card>
  );
}
