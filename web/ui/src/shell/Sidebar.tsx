// Left of everything: the account, the places, the search, and who is signed in.
import {
  ActionIcon,
  Kbd,
  Menu,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import { Link } from "@tanstack/react-router";
import { leave } from "../api/queries";
import { signOut } from "../api/session";
import { useMe } from "../api/viewer";
import brand from "../brand.svg";
import { Face } from "../kit/Face";
import { Icon } from "../kit/icons";
import { failed } from "../kit/told";
import { FURTHER_PLACES, PLACES, type Place } from "./places";
import styles from "./Sidebar.module.css";

export function Sidebar({ onKeys }: { onKeys: () => void }) {
  const { viewer, may } = useMe();
  const allowed = (place: Place) => !place.needs || may(place.needs);
  return (
    <nav aria-label="Main" className={styles.sidebar}>
      <div className={styles.account}>
        <img src={brand} alt="" width={22} height={22} />
        <span className={styles.names}>
          <strong>Muster</strong>
          <span className="cut muted">{viewer.account.name}</span>
        </span>
      </div>
      <UnstyledButton className={styles.search} onClick={spotlight.open}>
        <Icon name="search" size={14} />
        <span>Search</span>
        <Kbd size="xs">{IS_APPLE ? "⌘" : "Ctrl"} K</Kbd>
      </UnstyledButton>
      <ul className={styles.places}>
        {PLACES.filter(allowed).map((place) => (
          <PlaceLink key={place.to} place={place} />
        ))}
      </ul>
      <ul className={styles.places} data-further>
        {FURTHER_PLACES.filter(allowed).map((place) => (
          <PlaceLink key={place.to} place={place} />
        ))}
      </ul>
      <div className={styles.me}>
        <MyMenu onKeys={onKeys} name={viewer.actorName} email={viewer.user?.email ?? ""} />
        <SchemeButton />
        <Tooltip label="Sign out">
          <ActionIcon variant="subtle" color="gray" size={30} aria-label="Sign out" onClick={goOut}>
            <Icon name="log-out" size={15} />
          </ActionIcon>
        </Tooltip>
      </div>
    </nav>
  );
}

const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

function PlaceLink({ place }: { place: Place }) {
  return (
    <li>
      <Link
        to={place.to}
        className={styles.place}
        activeProps={{ "data-here": true }}
        activeOptions={{ exact: place.to === "/", includeSearch: false }}
      >
        <Icon name={place.icon} size={16} />
        {place.label}
      </Link>
    </li>
  );
}

function MyMenu({ name, email, onKeys }: { name: string; email: string; onKeys: () => void }) {
  return (
    <Menu position="top-start" width={220}>
      <Menu.Target>
        <UnstyledButton className={styles.who} aria-label={`${name}: your profile and more`}>
          <Face name={name} size={26} />
          <span className="cut">{name}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{email}</Menu.Label>
        <Menu.Item leftSection={<Icon name="user" />} renderRoot={(props) => <Link to="/profile" {...props} />}>
          Your profile
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="keyboard" />} onClick={onKeys} rightSection={<Kbd size="xs">?</Kbd>}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="book-open" />} component="a" href="/docs">
          Guides
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="log-out" />} onClick={goOut}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const other = useComputedColorScheme("light") === "dark" ? "light" : "dark";
  return (
    <Tooltip label={`Switch to ${other}`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={30}
        aria-label={`Switch to ${other} colours`}
        onClick={() => setColorScheme(other)}
      >
        <Icon name={other === "dark" ? "moon" : "sun"} size={15} />
      </ActionIcon>
    </Tooltip>
  );
}

function goOut(): void {
  signOut().then((on) => (on ? location.assign(on.goTo) : leave()), failed);
}
