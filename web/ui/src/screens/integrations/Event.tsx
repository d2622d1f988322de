// One request whole: what was asked, what was answered, what it means, and what helps at the provider.
import { Button, Drawer } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Copy, useCopy } from "../../kit/Copy";
import { Icon } from "../../kit/icons";
import { PersonLink, TeamLink } from "../../kit/Links";
import { Notice } from "../../kit/Notice";
import { Facts } from "../../kit/Page";
import { Status } from "../../kit/Status";
import { exact } from "../../kit/time";
import { readable } from "./addresses";
import type { Logged } from "./Log";
import styles from "./Log.module.css";

export function Event({ event, onClose }: { event: Logged | undefined; onClose: () => void }) {
  return (
    <Drawer opened={Boolean(event)} onClose={onClose} position="right" size={560} title="Request">
      {event && <Whole event={event} />}
    </Drawer>
  );
}

function Whole({ event }: { event: Logged }) {
  const [isCopied, copy] = useCopy();
  return (
    <div className={styles.detail}>
      <p className="mono" style={{ overflowWrap: "anywhere" }}>
        <strong>{event.method}</strong> {readable(event.path)}
      </p>
      {event.reason && (
        <Notice tone={event.status >= 400 ? "bad" : "accent"} title={event.reason}>
          {event.fix}
        </Notice>
      )}
      <Facts
        facts={[
          [
            "Answer",
            <Status key="status" tone={event.status >= 400 ? "bad" : "good"}>
              {event.status}
            </Status>,
          ],
          ["When", exact(event.at)],
          ["Took", `${Math.round(event.durationMs)} ms`],
          ["About", <About key="about" event={event} />],
          [
            "Request id",
            event.requestId && (
              <span key="id">
                <span className="mono">{event.requestId}</span> <Copy value={event.requestId} label="request id" />
              </span>
            ),
          ],
        ]}
      />
      {event.requestBody && <Body title="Request" json={event.requestBody} />}
      {event.responseBody && <Body title="Response" json={event.responseBody} />}
      <div>
        <Button
          variant="default"
          leftSection={<Icon name={isCopied ? "check" : "terminal"} size={14} />}
          onClick={() => copy(asCurl(event))}
        >
          {isCopied ? "Copied" : "Copy as cURL"}
        </Button>
      </div>
    </div>
  );
}

function About({ event }: { event: Logged }) {
  if (event.user) return <PersonLink person={event.user} />;
  if (event.team) return <TeamLink team={event.team} />;
  const name = event.resourceName ?? nameIn(event.requestBody);
  if (!name) return <span className="muted">Nobody in particular</span>;
  // Of a request that failed only the name is known, which may be somebody's or nobody's.
  return (
    <Link to={event.path.startsWith("/Groups") ? "/teams" : "/users"} search={{ search: name }} className="link">
      {name}
    </Link>
  );
}

/** Whom or what a request was about, as it says itself. */
function nameIn(json: string | null): string | null {
  const said = parsed(json) as { userName?: unknown; displayName?: unknown } | null;
  const name = said?.userName ?? said?.displayName;
  return typeof name === "string" ? name : null;
}

function Body({ title, json }: { title: string; json: string }) {
  return (
    <div>
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className={`mono ${styles.body}`} tabIndex={0}>
        {pretty(json)}
      </pre>
    </div>
  );
}

function pretty(json: string): string {
  const value = parsed(json);
  return value === null ? json : JSON.stringify(value, null, 2);
}

/** Null for what is no JSON: what is long was cut. */
function parsed(json: string | null): unknown {
  try {
    return JSON.parse(json ?? "null");
  } catch {
    return null;
  }
}

/** The request for a terminal; the token is a variable there, as it is nowhere here. */
export function asCurl(event: Pick<Logged, "method" | "path" | "requestBody">): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  return [
    `curl -X ${event.method} ${quoted(`${location.origin}/scim/v2${event.path}`)}`,
    '-H "Authorization: Bearer $TOKEN"',
    ...(event.requestBody ? ["-H 'Content-Type: application/scim+json'", `-d ${quoted(event.requestBody)}`] : []),
  ].join(" \\\n  ");
}
