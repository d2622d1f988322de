// Above a list: a search that `/` goes to, and choices that stand in the address.
import { Button, Kbd, Menu, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import styles from "./Filters.module.css";
import { Icon } from "./icons";

const TYPING_MS = 250;

/** What is typed reaches `onSearch` once the typing stops for a moment. */
export function SearchField({
  value,
  onSearch,
  label,
}: {
  value: string;
  onSearch: (value: string) => void;
  label: string;
}) {
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  useEffect(() => {
    if (value !== told.current) setTyped(value);
    told.current = value;
  }, [value]);
  useEffect(() => {
    if (typed === told.current) return;
    const timer = setTimeout(() => {
      told.current = typed;
      onSearch(typed);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, onSearch]);
  return (
    <TextInput
      className={styles.search}
      name="search"
      type="search"
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          setTyped("");
          event.currentTarget.blur();
        }
      }}
      leftSection={<Icon name="search" size={14} />}
      rightSection={typed ? null : <Kbd size="xs">/</Kbd>}
    />
  );
}

export interface Choice {
  value: string;
  label: string;
}

/** One choice of a list, or none: "Status", then "Status: Active". */
export function Filter({ label, value, choices, onChoose }: FilterProps) {
  const chosen = choices.find((choice) => choice.value === value);
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="default"
          className={styles.filter}
          data-chosen={chosen ? true : undefined}
          rightSection={<Icon name="chevron-down" size={14} />}
        >
          {chosen ? (
            <span>
              {label}: <strong>{chosen.label}</strong>
            </span>
          ) : (
            label
          )}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Tick on={!chosen} />} onClick={() => onChoose(undefined)}>
          Any
        </Menu.Item>
        <Menu.Divider />
        {choices.map((choice) => (
          <Menu.Item
            key={choice.value}
            leftSection={<Tick on={choice.value === value} />}
            onClick={() => onChoose(choice.value)}
          >
            {choice.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface FilterProps {
  label: string;
  value: string | undefined;
  choices: Choice[];
  onChoose: (value: string | undefined) => void;
}

const Tick = ({ on }: { on: boolean }) => (
  <span style={{ display: "inline-flex", width: 14 }}>{on && <Icon name="check" size={14} />}</span>
);

export function FilterBar({ children, onClear }: { children: React.ReactNode; onClear?: () => void }) {
  return (
    <search className={styles.bar}>
      {children}
      {onClear && (
        <Button variant="subtle" color="gray" size="compact-sm" onClick={onClear}>
          Clear filters
        </Button>
      )}
    </search>
  );
}
