// How people sign in, and what holds for their sessions.
import { Card, Facts } from "../../kit/Page";
import { Connections } from "./Connections";
import styles from "./Settings.module.css";

export function SignInSettings() {
  return (
    <div className={styles.parts}>
      <Connections />
      <Card
        title="Email and password"
        note="Everybody who was invited, or who was sent a link, chooses a password of their own."
      >
        <Facts
          facts={[
            ["A session ends", "12 hours after it was last used, 7 days after its beginning"],
            ["A password has", "12 characters or more, of any kind; what is easily guessed is refused"],
            ["Wrong passwords", "five within a minute slow everybody down who tries that address"],
            ["Tokens are made", "within ten minutes of giving the password; after that it is asked for again"],
            ["Forgotten", "an administrator sends a link from the person's page; it is good once, for 24 hours"],
          ]}
        />
      </Card>
      <Card title="The first administrator" note="They are a break-glass one: no identity provider can lock them out.">
        <p className="muted">
          Keep that password where your company keeps such things. If it is lost,{" "}
          <span className="mono">muster user link</span> prints a new link at the machine. More in the{" "}
          <a className="link" href="/docs/sign-in">
            guide to signing in
          </a>
          .
        </p>
      </Card>
    </div>
  );
}
