// 403, 404, and what the server could not do: each says what it is and leads on.
import { Button } from "@mantine/core";
import { Link, useRouter } from "@tanstack/react-router";
import { Refused } from "../api/execute";
import { Empty } from "../kit/Empty";
import { Page } from "../kit/Page";
import { Problem } from "../kit/Problem";

interface Props {
  problem: unknown;
  retry?: () => void;
  /** Without the shell around it. */
  alone?: boolean;
}

export function Broken({ problem, retry, alone }: Props) {
  const router = useRouter();
  const again = () => {
    retry?.();
    void router.invalidate();
  };
  if (problem instanceof Refused && problem.code === "NOT_PERMITTED")
    return (
      <Page title="Not allowed">
        <Empty icon="lock" title="This page is for administrators" action={<Home />}>
          Your role in this account does not allow it. An administrator can change your role.
        </Empty>
      </Page>
    );
  if (problem instanceof Refused && problem.code === "NOT_FOUND") return <NotFound alone={alone} />;
  if (problem instanceof Refused && problem.code === "UNREACHABLE")
    return (
      <Page title="No connection">
        <Empty
          icon="wifi-off"
          title="Can't reach the server"
          action={
            <Button variant="default" onClick={again}>
              Try again
            </Button>
          }
        >
          It may be restarting, or this computer is offline.
        </Empty>
      </Page>
    );
  return (
    <Page title="Something went wrong">
      <Problem problem={problem} retry={again} />
    </Page>
  );
}

export function NotFound({ what, alone }: { what?: string; alone?: boolean }) {
  const page = (
    <Page title="Not found">
      <Empty icon="search" title={what ? `There is no such ${what}` : "There is nothing here"} action={<Home />}>
        {what
          ? "It may have been deleted, or it belongs to another account. Deactivated people are still found in the list."
          : "The address may be mistyped, or what was here is gone."}
        {alone && " You may have to sign in."}
      </Empty>
    </Page>
  );
  return alone ? <main>{page}</main> : page;
}

const Home = () => (
  <Button variant="default" renderRoot={(props) => <Link to="/" {...props} />}>
    Go to the start
  </Button>
);
