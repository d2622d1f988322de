// "Export CSV", "Export JSON": all rows of a list as it is filtered, with the progress on the button.
import { Button } from "@mantine/core";
import { useState } from "react";
import { type CsvColumn, csv, save } from "./csv";
import { Icon } from "./icons";
import { today } from "./time";
import { failed } from "./told";

/** "Export CSV" of what the server exports whole, whatever its size; it writes down who took what with them. */
export function ExportLink({ what, where, search }: { what: "users"; where?: object; search?: string }) {
  const asked = new URLSearchParams({ format: "csv" });
  if (search) asked.set("search", search);
  if (where) asked.set("where", JSON.stringify(where));
  return (
    <Button
      component="a"
      variant="default"
      leftSection={<Icon name="download" size={14} />}
      href={`/exports/${what}?${asked}`}
      download
    >
      Export CSV
    </Button>
  );
}

interface Props<Row> {
  /** Of the file, without the day and the ending. */
  name: string;
  columns: CsvColumn<Row>[];
  rows: (onProgress: (got: number, total: number) => void) => Promise<Row[]>;
  /** A table for people, or the rows as they are for programs. */
  as?: "csv" | "json";
}

export function ExportButton<Row>({ name, columns, rows, as = "csv" }: Props<Row>) {
  const [progress, setProgress] = useState<string | null>(null);
  const run = async () => {
    setProgress("…");
    try {
      const all = await rows((got, total) => setProgress(`${Math.round((100 * got) / Math.max(1, total))} %`));
      if (as === "csv") save(`${name}-${today()}.csv`, csv(all, columns));
      else save(`${name}-${today()}.json`, `${JSON.stringify(all, null, 2)}\n`, "application/json");
    } catch (problem) {
      failed(problem);
    } finally {
      setProgress(null);
    }
  };
  return (
    <Button
      variant="default"
      leftSection={<Icon name="download" size={14} />}
      onClick={run}
      disabled={progress !== null}
    >
      {progress ? `Exporting ${progress}` : `Export ${as.toUpperCase()}`}
    </Button>
  );
}
