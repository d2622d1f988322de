// What to do at the provider, step by step, with the values that belong there.
import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { Copy } from "../../kit/Copy";
import { Card } from "../../kit/Page";
import styles from "./Connect.module.css";
import { PROVIDERS, type Provider } from "./providers";
import type { Scim } from "./queries";

export function Steps({ integration }: { integration: Scim }) {
  const [chosen, setChosen] = useState<Provider>(() => likely(integration.name));
  const provider = PROVIDERS[chosen];
  return (
    <Card title="At your provider">
      <SegmentedControl
        aria-label="Provider"
        value={chosen}
        onChange={(value) => setChosen(value as Provider)}
        data={Object.entries(PROVIDERS).map(([value, { label }]) => ({ value, label }))}
      />
      <ol className={styles.steps}>
        {provider.steps(integration.scimUrl).map((step) => (
          <li key={step.what}>
            {step.what}
            {step.values && (
              <dl className={styles.values}>
                {step.values.map(([name, value, canCopy]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>
                      <span className={canCopy ? "mono" : undefined}>{value}</span>
                      {canCopy && <Copy value={value} label={name} />}
                    </dd>
                  </div>
                ))}
              </dl>
            )}
            {step.code && <pre className={`mono ${styles.code}`}>{step.code}</pre>}
          </li>
        ))}
      </ol>
    </Card>
  );
}

const likely = (name: string): Provider =>
  (Object.keys(PROVIDERS) as Provider[]).find((provider) => name.toLowerCase().includes(provider)) ??
  (/azure|microsoft/i.test(name) ? "entra" : "okta");
