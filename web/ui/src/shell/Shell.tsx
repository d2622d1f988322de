// Around every screen: where one can go, who one is, what is wrong with the connection, what keys do.
import { ActionIcon, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { CatchBoundary, Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useIsLost } from "../api/connection";
import { useLive } from "../api/live";
import { part } from "../api/part";
import { ConfirmDialog } from "../kit/Confirm";
import { Icon } from "../kit/icons";
import { Broken } from "./Broken";
import { KeysDialog, useShellKeys } from "./Keys";
import styles from "./Shell.module.css";
import { Sidebar } from "./Sidebar";

// Fetched when the first screen is there: nobody needs them before.
const Palette = lazy(async () => ({ default: (await part(() => import("./Palette"))).Palette }));
const PasswordDialog = lazy(async () => ({
  default: (await part(() => import("./PasswordDialog"))).PasswordDialog,
}));

export function Shell() {
  useLive();
  const [menu, { open, close }] = useDisclosure(false);
  const [keys, { toggle: toggleKeys, close: closeKeys }] = useDisclosure(false);
  useShellKeys(toggleKeys);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu that led to it
  useEffect(close, [path]);
  return (
    <div className={styles.shell}>
      <a href="#content" className={styles.skip}>
        Skip to content
      </a>
      <div className={styles.sidebar}>
        <Sidebar onKeys={toggleKeys} />
      </div>
      <nav aria-label="Menu" className={styles.bar}>
        <ActionIcon variant="subtle" color="gray" size={34} aria-label="Open the menu" onClick={open}>
          <Icon name="menu" size={18} />
        </ActionIcon>
        <span className={styles.name}>Muster</span>
      </nav>
      <Drawer opened={menu} onClose={close} size={264} padding={0} withCloseButton={false} title="Menu" hidden={!menu}>
        <div className={styles.drawer}>
          <Sidebar onKeys={toggleKeys} />
        </div>
      </Drawer>
      <main id="content" className={styles.main} tabIndex={-1}>
        <Lost />
        <CatchBoundary
          getResetKey={() => path}
          errorComponent={({ error, reset }) => <Broken problem={error} retry={reset} />}
        >
          <Suspense>
            <Outlet />
          </Suspense>
        </CatchBoundary>
      </main>
      <Suspense>
        <Palette />
        <PasswordDialog />
      </Suspense>
      <ConfirmDialog />
      <KeysDialog opened={keys} onClose={closeKeys} />
    </div>
  );
}

function Lost() {
  if (!useIsLost()) return null;
  return (
    <div className={styles.lost} role="alert">
      <Icon name="wifi-off" size={14} />
      Can't reach the server, retrying…
    </div>
  );
}
