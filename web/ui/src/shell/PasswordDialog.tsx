// Making and deleting tokens asks for the password once more where it was given more than ten minutes ago.
import { Button, Group, Modal, PasswordInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { passwordIsAskedBy } from "../api/act";
import { viewerQuery } from "../api/queries";
import { confirmPassword, sessionQuery } from "../api/session";
import { Notice } from "../kit/Notice";
import { inWords } from "../kit/told";

export function PasswordDialog() {
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const answer = useRef<(given: boolean) => void>(() => {});

  useEffect(() => {
    passwordIsAskedBy(() => {
      // Whoever came by single sign-on has no password: they prove it at their provider, and come back here.
      const session = client.getQueryData(sessionQuery.queryKey);
      const by = session?.signedIn && session.session.confirmBy;
      if (by) {
        location.assign(`${by}&next=${encodeURIComponent(location.pathname + location.search)}`);
        return new Promise(() => {});
      }
      setProblem(null);
      setOpen(true);
      return new Promise((resolve) => {
        answer.current = resolve;
      });
    });
  }, [client]);

  const done = (given: boolean) => {
    setOpen(false);
    answer.current(given);
  };
  const confirm = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    try {
      const password = String(new FormData(event.currentTarget).get("password"));
      client.setQueryData(sessionQuery.queryKey, await confirmPassword(password));
      void client.invalidateQueries({ queryKey: viewerQuery.queryKey });
      done(true);
    } catch (caught) {
      setProblem(inWords(caught).sentence);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={isOpen} onClose={() => done(false)} title="Confirm it's you">
      <form onSubmit={confirm}>
        <p className="muted">
          What you are about to do opens doors. Give your password once more; it is good for ten minutes.
        </p>
        {problem && (
          <div style={{ marginTop: 12 }}>
            <Notice tone="bad" role="alert">
              {problem}
            </Notice>
          </div>
        )}
        <PasswordInput
          mt="md"
          name="password"
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          data-autofocus
        />
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={() => done(false)}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy}>
            Confirm
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
