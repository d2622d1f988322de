// "Export CSV": all rows of a list as it is filtered, with the progress on the button.
import { Button } from "@mantine/core";
import { useState } from "react";
import { type CsvColumn, csv, save } from "./csv";
import { Icon } from "./icons";
import { today } from "./time";
import { failed } from "./told";

interface Props<Row> {
  /** Of the file, without the day and the ending. */
  name: string;
  columns: CsvColumn<Row>[];
  rows: (onProgress: (got: number, total: number) => void) => Promise<Row[]>;
}

export function ExportButton<Row>({ name, columns, rows }: Props<Row>) {
  const [progress, setProgress] = useState<string | null>(null);
  const run = async () => {
    setProgress("…");
    try {
      const all = await rows((got, total) => setProgress(`${Math.round((100 * got) / Math.max(1, total))} %`));
      save(`${name}-${today()}.csv`, csv(all, columns));
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
      {progress ? `Exporting ${progress}` : "Export CSV"}
    </Button>
  );
}
