// A long list: a table of which only what is seen is there, that goes on as it is scrolled. Keys: j, k, Enter, x.
import { Checkbox, Skeleton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import type { List as Rows } from "../api/lists";
import { Icon } from "./icons";
import styles from "./List.module.css";
import { Problem } from "./Problem";
import { useListKeys } from "./useListKeys";

const ROW_PX = 44;
const BEYOND = 8;

export interface Column<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** As CSS says it; a column without one shares what is left. */
  width?: string;
  /** The narrowest list, in steps, on which the column is still shown; without it, always. */
  from?: "small" | "medium" | "large";
  sortBy?: string;
  align?: "right";
}

export interface Sort {
  field: string;
  descending: boolean;
}

interface Props<Row> {
  label: string;
  list: Rows<Row>;
  columns: Column<Row>[];
  idOf: (row: Row) => string;
  onOpen?: (row: Row) => void;
  /** What stands in place of rows where there are none. */
  empty: ReactNode;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  chosen?: ReadonlySet<string>;
  onChoose?: (chosen: Set<string>) => void;
  nameOf?: (row: Row) => string;
}

export function List<Row>(props: Props<Row>) {
  const { label, list, columns, idOf, onOpen, empty, sort, onSort, chosen, onChoose, nameOf } = props;
  const scroller = useRef<HTMLElement>(null);
  const rows = list.rows;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: BEYOND,
    getItemKey: (index) => (rows[index] ? idOf(rows[index]) : index),
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  const { more, hasMore } = list;
  useEffect(() => {
    if (hasMore && last >= rows.length - 30) more();
  }, [hasMore, last, more, rows.length]);

  const choose = useMemo(() => chooser(chosen, onChoose), [chosen, onChoose]);
  const current = useListKeys({
    count: rows.length,
    onMove: (index) => virtual.scrollToIndex(index),
    onOpen: (index) => rows[index] && onOpen?.(rows[index]),
    onToggle: (index) => rows[index] && choose?.one(idOf(rows[index])),
  });

  if (list.error && rows.length === 0) return <Problem problem={list.error} retry={list.retry} />;
  if (!list.isPending && rows.length === 0) return empty;
  const above = shown[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0);
  return (
    <section
      ref={scroller}
      className={styles.scroller}
      aria-label={label}
      aria-busy={list.isPending || list.isStale}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <table className={styles.table} aria-rowcount={(list.total ?? 0) + 1} data-stale={list.isStale || undefined}>
        <thead>
          <tr aria-rowindex={1}>
            {choose && (
              <th className={styles.tick}>
                <Checkbox
                  size="xs"
                  aria-label="Choose all rows that are loaded"
                  checked={rows.length > 0 && rows.every((row) => chosen?.has(idOf(row)))}
                  indeterminate={Boolean(chosen?.size) && !rows.every((row) => chosen?.has(idOf(row)))}
                  onChange={(event) => choose.all(event.target.checked ? rows.map(idOf) : [])}
                />
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {list.isPending && <Bones columns={columns} ticks={Boolean(choose)} />}
          {above > 0 && <Space height={above} />}
          {shown.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const id = idOf(row);
            return (
              // The link in the first cell is the keyboard's way; and Enter.
              <tr
                key={id}
                aria-rowindex={item.index + 2}
                aria-selected={choose ? (chosen?.has(id) ?? false) : undefined}
                data-current={item.index === current || undefined}
                data-opens={onOpen ? true : undefined}
                onClick={(event) => {
                  if (!isControl(event.target)) onOpen?.(row);
                }}
              >
                {choose && (
                  <td className={styles.tick}>
                    <Checkbox
                      size="xs"
                      aria-label={`Choose ${nameOf?.(row) ?? id}`}
                      checked={chosen?.has(id) ?? false}
                      onChange={() => choose.one(id)}
                    />
                  </td>
                )}
                {columns.map((column) => (
                  <td key={column.key} data-from={column.from} data-align={column.align}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {below > 0 && <Space height={below} />}
        </tbody>
      </table>
    </section>
  );
}

function Head<Row>({ column, sort, onSort }: { column: Column<Row>; sort?: Sort; onSort?: (sort: Sort) => void }) {
  const style = column.width ? { width: column.width } : undefined;
  const field = column.sortBy;
  if (!field || !onSort)
    return (
      <th style={style} scope="col" data-from={column.from} data-align={column.align}>
        {column.header}
      </th>
    );
  const isSorted = sort?.field === field;
  const direction = sort?.descending ? "descending" : "ascending";
  return (
    <th
      style={style}
      scope="col"
      data-from={column.from}
      data-align={column.align}
      aria-sort={isSorted ? direction : "none"}
    >
      <button
        type="button"
        className={styles.sort}
        onClick={() => onSort({ field, descending: isSorted && !sort.descending })}
      >
        {column.header}
        {isSorted && <Icon name={sort.descending ? "arrow-down" : "arrow-up"} size={12} />}
      </button>
    </th>
  );
}

function Bones<Row>({ columns, ticks }: { columns: Column<Row>[]; ticks: boolean }) {
  return Array.from({ length: 10 }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
    <tr key={index} aria-hidden="true">
      {ticks && <td className={styles.tick} />}
      {columns.map((column, place) => (
        <td key={column.key} data-from={column.from}>
          <Skeleton height={10} width={place ? "55%" : `${40 + ((index * 17) % 35)}%`} radius="sm" />
        </td>
      ))}
    </tr>
  ));
}

/** In place of the rows that are not there. One cell: a wider one would hold open the columns that a narrow list hides. */
function Space({ height }: { height: number }) {
  return (
    <tr aria-hidden="true" className={styles.space}>
      <td style={{ height }} />
    </tr>
  );
}

function chooser(chosen: ReadonlySet<string> | undefined, onChoose: ((chosen: Set<string>) => void) | undefined) {
  if (!chosen || !onChoose) return null;
  return {
    all: (ids: string[]) => onChoose(new Set(ids)),
    one: (id: string) => {
      const others = new Set(chosen);
      if (!others.delete(id)) others.add(id);
      onChoose(others);
    },
  };
}

const isControl = (target: EventTarget) =>
  target instanceof Element && target.closest("a, button, input, label, select, [role=menuitem]") !== null;
