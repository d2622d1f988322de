// What every screen stands in: its title, what leads to it, what can be done there.
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { Icon } from "./icons";
import styles from "./Page.module.css";

export interface Crumb {
  label: string;
  to?: string;
  params?: Record<string, string>;
}

interface Props {
  title: string;
  /** In place of the title's plain words, where there is more to see. */
  heading?: ReactNode;
  note?: ReactNode;
  crumbs?: Crumb[];
  actions?: ReactNode;
  /** `form` for what is read and filled in; `list` fills the screen and scrolls in itself. */
  width?: "form" | "full" | "list";
  children: ReactNode;
}

export function Page({ title, heading, note, crumbs, actions, width = "full", children }: Props) {
  useTitle(title);
  return (
    <div className={styles.page} data-width={width}>
      {crumbs && (
        <nav aria-label="Breadcrumbs" className={styles.crumbs}>
          {crumbs.map((crumb, place) => (
            <span key={crumb.label}>
              {place > 0 && <Icon name="chevron-right" size={12} />}
              {crumb.to ? (
                <Link to={crumb.to} params={crumb.params as never} className={styles.crumb}>
                  {crumb.label}
                </Link>
              ) : (
                crumb.label
              )}
            </span>
          ))}
        </nav>
      )}
      <div className={styles.head}>
        <div className={styles.title}>
          {heading ?? <h1>{title}</h1>}
          {note && <div className={styles.note}>{note}</div>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Muster`;
  }, [title]);
}

/** A part of a page with a line around it. */
export function Card({ title, note, actions, children, flush = false }: CardProps) {
  return (
    <section className={styles.card} data-flush={flush || undefined}>
      {(title || actions) && (
        <div className={styles.cardHead}>
          <div>
            {title && <h2>{title}</h2>}
            {note && <p className="muted">{note}</p>}
          </div>
          {actions && <div className={styles.actions}>{actions}</div>}
        </div>
      )}
      <div className={styles.cardBody}>{children}</div>
    </section>
  );
}

interface CardProps {
  title?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** The content brings its own distance to the edge. */
  flush?: boolean;
}

/** Names and values under one another. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? <span className="muted">None</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
