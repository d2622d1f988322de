// Connecting: the address, the tokens, each provider's own steps with the values in place, and what has arrived.

import { CopyField } from "../../kit/Copy";
import { Notice } from "../../kit/Notice";
import { Card } from "../../kit/Page";
import { isOutOfReach } from "./addresses";
import { Checklist } from "./Checklist";
import styles from "./Connect.module.css";
import type { Scim } from "./queries";
import { Steps } from "./Steps";
import { Tokens } from "./Tokens";

export function Connect({ integration }: { integration: Scim }) {
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        <Card title="SCIM API URL" note="Your provider calls it the base URL, connector URL or tenant URL.">
          <CopyField value={integration.scimUrl} label="SCIM API URL" name="scimUrl" />
          {isOutOfReach(integration.scimUrl) && <OutOfReach />}
        </Card>
        <Tokens integration={integration} />
        <Steps integration={integration} />
      </div>
      <Checklist integration={integration} />
    </div>
  );
}

function OutOfReach() {
  return (
    <div style={{ marginTop: 12 }}>
      <Notice tone="warn" title="A provider in the cloud can't reach this address">
        Okta, Entra and OneLogin call public https addresses only. Serve Muster behind a proxy or a tunnel that has one,
        and set <span className="mono">MUSTER_BASE_URL</span> to it; or use Okta's on-premises provisioning agent. The{" "}
        <a className="link" href="/docs/settings">
          guide to the settings
        </a>{" "}
        says how.
      </Notice>
    </div>
  );
}
