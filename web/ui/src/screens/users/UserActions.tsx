// What can be done to a person; what can't says why.
import { ActionIcon, Button, Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { act, withConfirmation } from "../../api/act";
import { part } from "../../api/part";
import { sendPasswordLink, signOutSomebody } from "../../api/session";
import { useMe } from "../../api/viewer";
import {
  DeactivateUserDocument,
  DeleteUserDocument,
  DetachUserDocument,
  ReactivateUserDocument,
  ResendInviteDocument,
  RevokeInviteDocument,
} from "../../generated/users";
import { sure } from "../../kit/Confirm";
import { Icon } from "../../kit/icons";
import { failed, told } from "../../kit/told";
import { EditUser } from "./EditUser";
import type { Person } from "./queries";

const PrivacyDialog = lazy(async () => ({
  default: (await part(() => import("./PrivacyDialog"))).PrivacyDialog,
}));

export function UserActions({ person }: { person: Person }) {
  const { may, viewer } = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [isEditing, setEditing] = useState(false);
  const [isAboutPrivacy, setAboutPrivacy] = useState(false);
  const isOwn = viewer.user?.id === person.id;
  const user = { id: person.id };
  const managed = person.managedBy;
  const attempt = async (work: () => Promise<unknown>, words: string, undo?: () => void) => {
    try {
      await withConfirmation(work);
      told(words, undo);
    } catch (problem) {
      failed(problem);
    } finally {
      void client.invalidateQueries();
    }
  };
  const reactivate = () => attempt(() => act(ReactivateUserDocument, { user }), `${person.name} is active again.`);
  const deactivate = async () => {
    const body = `${person.name} is signed out at once, their tokens are refused, and they can't sign in. They stay on their teams and in the history.`;
    if (await sure({ title: `Deactivate ${person.name}?`, body, verb: "Deactivate", danger: true }))
      await attempt(
        () => act(DeactivateUserDocument, { user }),
        `${person.name} is deactivated.`,
        () => void reactivate(),
      );
  };
  const remove = async () => {
    const body = `${person.name} is gone from every list and every team. History keeps them; this can't be undone. Deactivating is enough to keep somebody out.`;
    if (!(await sure({ title: `Delete ${person.name}?`, body, verb: "Delete person", danger: true }))) return;
    await attempt(() => act(DeleteUserDocument, { user }), `${person.name} is deleted.`);
    await navigate({ to: "/users" });
  };
  const detach = async () => {
    const body = `They stay as they are and are managed by hand. ${managed?.name}'s next push of them waits until you link them.`;
    if (await sure({ title: `Detach ${person.name} from ${managed?.name}?`, body, verb: "Detach" }))
      await attempt(() => act(DetachUserDocument, { user }), `${person.name} is managed here from now on.`);
  };
  const isInvited = ["sent", "held", "expired", "revoked"].includes(person.invitation ?? "");
  const isActive = person.status === "active";
  return (
    <>
      {may("users.update", isOwn) && (
        <Button variant="default" leftSection={<Icon name="pencil" size={14} />} onClick={() => setEditing(true)}>
          Edit
        </Button>
      )}
      {may("users.deactivate") && (
        <Menu width={250}>
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label={`More about ${person.name}`}>
              <Icon name="ellipsis" />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {isActive && person.email && (
              <Menu.Item
                leftSection={<Icon name="mail" />}
                onClick={() =>
                  attempt(() => act(ResendInviteDocument, { user }), `An invitation is on its way to ${person.email}.`)
                }
              >
                {isInvited ? "Send the invitation again" : "Send an invitation"}
              </Menu.Item>
            )}
            {(person.invitation === "sent" || person.invitation === "held") && (
              <Menu.Item
                leftSection={<Icon name="circle-x" />}
                onClick={() =>
                  attempt(
                    () => act(RevokeInviteDocument, { user }),
                    "The invitation is revoked; its link opens nothing.",
                  )
                }
              >
                Revoke the invitation
              </Menu.Item>
            )}
            {isActive && person.email && (
              <Menu.Item
                leftSection={<Icon name="key-round" />}
                onClick={() =>
                  attempt(
                    () => sendPasswordLink(person.email),
                    `A link to choose a new password is on its way to ${person.email}.`,
                  )
                }
              >
                Send a password link
              </Menu.Item>
            )}
            <Menu.Item
              leftSection={<Icon name="log-out" />}
              onClick={() => attempt(() => signOutSomebody(person.id), `${person.name} is signed out everywhere.`)}
            >
              Sign out everywhere
            </Menu.Item>
            {managed && (
              <Menu.Item leftSection={<Icon name="link-2-off" />} onClick={detach}>
                Detach from {managed.name}
              </Menu.Item>
            )}
            <Menu.Divider />
            {managed && <Menu.Label>Better done in {managed.name}, which may undo it</Menu.Label>}
            {isActive ? (
              <Menu.Item color="red" leftSection={<Icon name="pause" />} onClick={deactivate} disabled={isOwn}>
                Deactivate
              </Menu.Item>
            ) : (
              <Menu.Item leftSection={<Icon name="play" />} onClick={reactivate}>
                Make active again
              </Menu.Item>
            )}
            <Menu.Item color="red" leftSection={<Icon name="trash-2" />} onClick={remove} disabled={isOwn}>
              Delete
            </Menu.Item>
            {may("users.erase") && (
              <Menu.Item leftSection={<Icon name="file-down" />} onClick={() => setAboutPrivacy(true)}>
                Export or erase personal data
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      <EditUser person={person} opened={isEditing} onClose={() => setEditing(false)} />
      {isAboutPrivacy && (
        <Suspense>
          <PrivacyDialog person={person} onClose={() => setAboutPrivacy(false)} />
        </Suspense>
      )}
    </>
  );
}
