// Copying: a small button beside a value, and a field that shows a value with its button.
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";
import styles from "./Copy.module.css";
import { Icon } from "./icons";

const SAID_MS = 2000;

/** Whether something was just copied, and the way to do it. */
export function useCopy(): [boolean, (value: string) => void] {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return [isCopied, (value) => void write(value).then(() => setCopied(true))];
}

export function Copy({ value, label }: { value: string; label: string }) {
  const [isCopied, copy] = useCopy();
  return (
    <Tooltip label={isCopied ? "Copied" : `Copy ${label}`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={24}
        aria-label={isCopied ? `Copied ${label}` : `Copy ${label}`}
        onClick={(event) => {
          event.stopPropagation();
          event.preventDefault();
          copy(value);
        }}
      >
        <Icon name={isCopied ? "check" : "copy"} size={14} />
      </ActionIcon>
    </Tooltip>
  );
}

export function CopyField({ value, label, name }: { value: string; label: string; name?: string }) {
  const [isCopied, copy] = useCopy();
  return (
    <div className={styles.field}>
      <input
        className={`mono ${styles.value}`}
        name={name}
        aria-label={label}
        value={value}
        readOnly
        onFocus={(event) => event.target.select()}
      />
      <Button
        variant="default"
        className={styles.button}
        leftSection={<Icon name={isCopied ? "check" : "copy"} size={14} />}
        onClick={() => copy(value)}
        aria-label={isCopied ? `Copied ${label}` : `Copy ${label}`}
      >
        {isCopied ? "Copied" : "Copy"}
      </Button>
    </div>
  );
}

/** The clipboard is there on https and localhost only; elsewhere the older way still works. */
async function write(value: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(value);
  const area = document.createElement("textarea");
  area.value = value;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
