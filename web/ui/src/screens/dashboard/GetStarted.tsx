// What an administrator does first, while no provider is connected.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Card } from "../../kit/Page";
import styles from "./Dashboard.module.css";

const STEPS = [
  { title: "Connect your identity provider", text: "Okta, Entra, OneLogin or another that speaks SCIM 2.0." },
  { title: "Assign one person", text: "They are here within seconds. Then assign the rest." },
  { title: "Push your groups", text: "Each becomes a team, and who is on it is kept for every day." },
];

export function GetStarted() {
  return (
    <Card title="Welcome to Muster" note="Three steps, and people and teams arrive by themselves.">
      <ol className={styles.steps}>
        {STEPS.map((step, index) => (
          <li key={step.title}>
            <span className={styles.number}>{index + 1}</span>
            <strong>{step.title}</strong>
            <span className="muted">{step.text}</span>
          </li>
        ))}
      </ol>
      <Button mt="lg" renderRoot={(props) => <Link to="/integrations/new" {...props} />}>
        Connect a provider
      </Button>
    </Card>
  );
}
