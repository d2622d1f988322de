// Where one can go: the sidebar, the palette and the keys `g …` go by this one list.
import type { IconName } from "../kit/icons";

export interface Place {
  to: string;
  label: string;
  icon: IconName;
  /** The second key after `g`. */
  key?: string;
  /** Who may not do this does not see the place. */
  needs?: string;
}

export const PLACES: Place[] = [
  { to: "/", label: "Overview", icon: "layout-dashboard", key: "o" },
  { to: "/users", label: "Users", icon: "users", key: "u" },
  { to: "/teams", label: "Teams", icon: "network", key: "t" },
  { to: "/integrations", label: "Integrations", icon: "plug", key: "i", needs: "integrations.manage" },
  { to: "/activity", label: "Activity", icon: "activity", key: "a", needs: "audit.read" },
];

/** Under the line in the sidebar. */
export const FURTHER_PLACES: Place[] = [
  { to: "/explore", label: "Explore", icon: "terminal", key: "e" },
  { to: "/settings", label: "Settings", icon: "settings", key: "s", needs: "account.update" },
];
