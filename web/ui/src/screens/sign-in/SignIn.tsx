// Email and password. An unknown address and a wrong password are answered alike, and so they are shown.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { type SignedIn, SignInRefused, sessionQuery, signIn } from "../../api/session";
import { Notice } from "../../kit/Notice";
import { inWords } from "../../kit/told";
import { Door } from "./Door";
import styles from "./Door.module.css";
import { signInRoute } from "./route";

interface Credentials {
  email: string;
  password: string;
}

export function SignIn() {
  const { next } = signInRoute.useSearch();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const enter = useEnter(next);
  const password = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [choice, setChoice] = useState<(Credentials & { accounts: { slug: string; name: string }[] }) | null>(null);

  const attempt = async ({ email, password: given }: Credentials, account?: string) => {
    setBusy(true);
    setProblem(null);
    try {
      await enter(await signIn(email, given, account));
    } catch (caught) {
      if (caught instanceof SignInRefused && caught.code === "CHOOSE_ACCOUNT")
        setChoice({ email, password: given, accounts: caught.accounts });
      else {
        setProblem(inWords(caught).sentence);
        password.current?.select();
      }
    } finally {
      setBusy(false);
    }
  };
  if (choice)
    return (
      <Door title="Which account?" note={`${choice.email} is in more than one.`}>
        <div className={styles.accounts}>
          {choice.accounts.map(({ slug, name }) => (
            <Button key={slug} variant="default" onClick={() => attempt(choice, slug)} loading={isBusy}>
              {name}
            </Button>
          ))}
        </div>
      </Door>
    );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    void attempt({ email: String(given.get("email")), password: String(given.get("password")) });
  };
  return (
    <Door title="Sign in to Muster">
      {!session.signedIn && session.connections.length > 0 && (
        <div className={styles.accounts}>
          {session.connections.map(({ name, start }) => (
            <Button
              key={start}
              component="a"
              href={`${start}?next=${encodeURIComponent(next ?? "/")}`}
              variant="default"
              size="md"
              fullWidth
            >
              Sign in with {name}
            </Button>
          ))}
        </div>
      )}
      <form onSubmit={submit}>
        {!session.signedIn && !session.isSetUp && (
          <Notice title="Nobody can sign in yet">
            <span className="mono">muster serve</span> printed a link to become the first administrator when it started.
          </Notice>
        )}
        {problem && (
          <Notice tone="bad" role="alert">
            {problem}
          </Notice>
        )}
        <TextInput
          name="email"
          type="email"
          label="Email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus
          size="md"
        />
        <PasswordInput
          ref={password}
          name="password"
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="md"
        />
        <Button type="submit" loading={isBusy} size="md" fullWidth>
          Sign in
        </Button>
      </form>
    </Door>
  );
}

/** Takes the new session in and goes where one wanted to. */
export function useEnter(next = "/"): (session: SignedIn) => Promise<void> {
  const client = useQueryClient();
  const router = useRouter();
  return async (session) => {
    client.clear();
    client.setQueryData(sessionQuery.queryKey, session);
    await router.navigate({ href: next, replace: true });
  };
}
