// Links that are good once: the first administrator's set-up, an invitation, a new password.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { linkQuery, type OneTimeLink, redeemLink, SignInRefused } from "../../api/session";
import { Notice } from "../../kit/Notice";
import { inWords } from "../../kit/told";
import { Door } from "./Door";
import { invitationRoute, setupRoute } from "./route";
import { useEnter } from "./SignIn";

const PASSWORD_LEAST = 12;

export function SetUp() {
  const { secret } = setupRoute.useParams();
  return (
    <Redeemed kind="setup" secret={secret}>
      {(_, form) => (
        <Door
          title="Set up Muster"
          note="You become the first administrator. No identity provider can lock you out or change what you enter here."
        >
          {form(
            <>
              <TextInput
                name="name"
                label="Your name"
                autoComplete="name"
                required
                withAsterisk={false}
                autoFocus
                size="md"
              />
              <TextInput
                name="email"
                type="email"
                label="Email"
                autoComplete="username"
                required
                withAsterisk={false}
                size="md"
              />
            </>,
            "Become the administrator",
          )}
        </Door>
      )}
    </Redeemed>
  );
}

export function Invitation() {
  const { secret } = invitationRoute.useParams();
  return (
    <Redeemed kind="invitations" secret={secret}>
      {(link, form) => (
        <Door
          title={link.purpose === "invitation" ? `Join ${link.account.name}` : "Choose a new password"}
          note={`${link.purpose === "invitation" ? "Choose a password for" : "For"} ${link.email}.`}
        >
          {form(
            // For password managers; without a name, so that it is not sent.
            <input type="hidden" autoComplete="username" value={link.email ?? ""} readOnly />,
            link.purpose === "invitation" ? "Join" : "Save and sign in",
          )}
        </Door>
      )}
    </Redeemed>
  );
}

interface RedeemedProps {
  kind: "setup" | "invitations";
  secret: string;
  children: (link: OneTimeLink, form: (fields: ReactNode, verb: string) => ReactNode) => ReactNode;
}

function Redeemed({ kind, secret, children }: RedeemedProps) {
  const link = useQuery(linkQuery(kind, secret));
  const enter = useEnter();
  const [problem, setProblem] = useState<SignInRefused | null>(null);
  const [isBusy, setBusy] = useState(false);
  if (link.error) return <Refusal problem={link.error} />;
  if (!link.data) return null;

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await enter(await redeemLink(kind, secret, Object.fromEntries(new FormData(event.currentTarget))));
    } catch (caught) {
      setProblem(caught instanceof SignInRefused ? caught : new SignInRefused(inWords(caught).sentence, "BROKEN"));
    } finally {
      setBusy(false);
    }
  };
  const form = (fields: ReactNode, verb: string) => (
    <form onSubmit={submit}>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem.message}
        </Notice>
      )}
      {fields}
      <PasswordInput
        name="password"
        label="Password"
        description={`At least ${PASSWORD_LEAST} characters of any kind; a few words are easily remembered.`}
        inputWrapperOrder={["label", "input", "description", "error"]}
        autoComplete="new-password"
        minLength={PASSWORD_LEAST}
        required
        withAsterisk={false}
        autoFocus={kind === "invitations"}
        size="md"
      />
      <Button type="submit" loading={isBusy} size="md" fullWidth>
        {verb}
      </Button>
    </form>
  );
  return children(link.data, form);
}

const AGAIN: Record<string, string> = {
  setup: "Start `muster serve` again: as long as nobody can sign in, it prints a new link.",
  other: "Ask an administrator to send you another one.",
};

function Refusal({ problem }: { problem: unknown }) {
  const isOver = problem instanceof SignInRefused && problem.code.startsWith("LINK_");
  const isSetup = location.pathname.startsWith("/setup");
  return (
    <Door title={isOver ? "This link is no longer good" : "This can't be shown"} note={inWords(problem).sentence}>
      {isOver && <p style={{ marginTop: 12 }}>{isSetup ? AGAIN.setup : AGAIN.other}</p>}
      <Button fullWidth variant="default" mt="lg" renderRoot={(props) => <Link to="/sign-in" {...props} />}>
        Go to sign-in
      </Button>
    </Door>
  );
}
