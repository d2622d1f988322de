// One connection: what the provider is told, what it told, trying it, switching it on, and why people were refused.
import { Button, Group, PasswordInput, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { act } from "../../api/act";
import { nodesOf } from "../../api/lists";
import { DeleteSignInConnectionDocument, UpdateSignInConnectionDocument } from "../../generated/settings";
import { sure } from "../../kit/Confirm";
import { CopyField } from "../../kit/Copy";
import { Card } from "../../kit/Page";
import { Since } from "../../kit/Since";
import { failed, told } from "../../kit/told";
import type { SignInConnection } from "./Connections";
import styles from "./Settings.module.css";

interface Props {
  connection: SignInConnection;
  integrations: { value: string; label: string }[];
  onChange: () => void;
}

export function Connection({ connection, integrations, onChange }: Props) {
  const { id, name, enabled, testedAt, startUrl } = connection;
  const attempt = async (doing: () => Promise<unknown>, says: string) => {
    try {
      await doing();
      onChange();
      told(says);
    } catch (problem) {
      failed(problem);
    }
  };
  const update = (input: object, says: string) =>
    attempt(() => act(UpdateSignInConnectionDocument, { input: { id, ...input } }), says);
  const toggle = async () => {
    const isSure =
      !enabled ||
      (await sure({
        title: `Switch ${name} off?`,
        body: "Nobody signs in by it any more, and the sessions that it began end now.",
        verb: "Switch off",
        danger: true,
      }));
    if (isSure) await update({ enabled: !enabled }, enabled ? `${name} is off.` : `${name} is on the sign-in page.`);
  };
  const end = async () => {
    const body = "The sessions that it began end now. Who it asserted is forgotten.";
    if (await sure({ title: `Delete ${name}?`, body, verb: "Delete connection", danger: true }))
      await attempt(() => act(DeleteSignInConnectionDocument, { id }), `${name} is deleted.`);
  };
  return (
    <Card
      title={name}
      note={
        <>
          {connection.kind === "saml" ? "SAML 2.0" : "OpenID Connect"} · {enabled ? "on" : "off"} ·{" "}
          {testedAt ? <Since at={testedAt} prefix="tried with success" /> : "not tried yet as it is set now"}
        </>
      }
      actions={
        <>
          <Button variant="default" component="a" href={`${startUrl}?test=1`}>
            Try it
          </Button>
          <Button variant={enabled ? "default" : "filled"} onClick={toggle}>
            {enabled ? "Switch off" : "Switch on"}
          </Button>
          <Button variant="default" color="red" onClick={end}>
            Delete
          </Button>
        </>
      }
    >
      <div className={styles.parts}>
        <ToCopy connection={connection} />
        <Given connection={connection} integrations={integrations} onSave={update} />
        <Errors connection={connection} />
      </div>
    </Card>
  );
}

function ToCopy({ connection: { acsUrl, entityId, redirectUri } }: { connection: SignInConnection }) {
  const values: [string, string | null | undefined][] = [
    ["Single sign-on URL (ACS URL)", acsUrl],
    ["Audience URI (entity ID)", entityId],
    ["Sign-in redirect URI", redirectUri],
  ];
  return (
    <div className={styles.parts}>
      {values.map(
        ([label, value]) =>
          value && (
            <div key={label}>
              <p className="muted">{label}, to be copied to the provider</p>
              <CopyField label={label} value={value} />
            </div>
          ),
      )}
    </div>
  );
}

interface OidcSettings {
  issuer?: string;
  client_id?: string;
  subject_claim?: string;
}

interface SamlSettings {
  metadata_url?: string;
  entity_id?: string;
  sign_requests?: boolean;
  idp_initiated?: boolean;
}

/** What is switched on in the form: a switch that is off is not in it. */
const switches = (given: FormData) => ({
  sign_requests: given.has("sign_requests"),
  idp_initiated: given.has("idp_initiated"),
});

function Given({
  connection,
  integrations,
  onSave,
}: Pick<Props, "connection" | "integrations"> & { onSave: (input: object, says: string) => Promise<void> }) {
  const settings = connection.settings as OidcSettings & SamlSettings;
  const [integration, setIntegration] = useState(connection.integration?.id ?? null);
  const [admission, setAdmission] = useState(connection.admission);
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const text = (field: string) => String(given.get(field) ?? "").trim();
    const asked =
      connection.kind === "oidc"
        ? { issuer: text("issuer"), client_id: text("client_id"), subject_claim: text("subject_claim") || "sub" }
        : text("metadata")
          ? { metadata: text("metadata"), ...switches(given) }
          : { metadata_url: text("metadata_url"), ...switches(given) };
    const clientSecret = text("client_secret") || undefined;
    void onSave({ settings: asked, clientSecret, integrationId: integration, admission }, "The connection is saved.");
  };
  return (
    <form onSubmit={save} className={styles.fields}>
      {connection.kind === "oidc" ? (
        <>
          <TextInput
            name="issuer"
            label="Issuer"
            placeholder="https://acme.okta.com"
            defaultValue={settings.issuer}
            required
            withAsterisk={false}
          />
          <TextInput
            name="client_id"
            label="Client ID"
            defaultValue={settings.client_id}
            required
            withAsterisk={false}
          />
          <PasswordInput
            name="client_secret"
            label="Client secret"
            description={
              connection.hasSecret ? "One is kept; another one takes its place." : "Kept sealed, and never shown."
            }
            autoComplete="off"
          />
          <TextInput
            name="subject_claim"
            label="Subject claim"
            description="sub with Okta; oid with Entra."
            defaultValue={settings.subject_claim ?? "sub"}
          />
        </>
      ) : (
        <>
          <TextInput name="metadata_url" label="Metadata URL" defaultValue={settings.metadata_url} />
          <Textarea
            name="metadata"
            label="Or the metadata, pasted"
            description={settings.entity_id && `Now those of ${settings.entity_id}.`}
            rows={3}
          />
          <Switch
            name="sign_requests"
            label="Sign requests"
            description="Okta and Entra need none signed; the certificate stands in our metadata."
            defaultChecked={settings.sign_requests === true}
          />
          <Switch
            name="idp_initiated"
            label="Take sign-ins that the provider begins"
            description="From a tile in its dashboard. Whoever is sent a prepared form could be signed in as somebody else."
            defaultChecked={settings.idp_initiated === true}
          />
        </>
      )}
      <Select label="Whose people" data={integrations} value={integration} onChange={setIntegration} clearable />
      <Select
        label="Who was not sent"
        data={[
          { value: "refuse", label: "is refused" },
          { value: "just_in_time", label: "is admitted as a new person" },
        ]}
        value={admission}
        onChange={(value) => value && setAdmission(value)}
        allowDeselect={false}
      />
      <Group>
        <Button type="submit" variant="default">
          Save connection
        </Button>
      </Group>
    </form>
  );
}

function Errors({ connection }: { connection: SignInConnection }) {
  const errors = nodesOf(connection.errors);
  if (!errors.length) return null;
  return (
    <div>
      <h3>Refused lately</h3>
      <ul className={styles.rows}>
        {errors.map(({ at, message }) => (
          <li key={at + message}>
            <span className={styles.words}>{message}</span>
            <span className="muted">
              <Since at={at} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
