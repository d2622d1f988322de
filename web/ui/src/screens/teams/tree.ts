// Teams as a tree: which rows are seen, with what is open, and around what is searched.

export interface Node {
  id: string;
  name: string;
  parentTeam: { id: string } | null;
}

export interface Row<Team> {
  team: Team;
  depth: number;
  children: number;
  isOpen: boolean;
  /** In a search: it is called that itself, and not only the way to one that is. */
  isFound: boolean;
}

/** The rows from the top, by name. A search shows whoever is called that, and opens the path to each. */
export function rowsOf<Team extends Node>(
  teams: readonly Team[],
  open: ReadonlySet<string>,
  search: string,
): Row<Team>[] {
  const known = new Set(teams.map(({ id }) => id));
  const parentOf = (team: Team) => (team.parentTeam && known.has(team.parentTeam.id) ? team.parentTeam.id : "");
  const below = Map.groupBy(
    [...teams].sort((one, other) => one.name.localeCompare(other.name)),
    parentOf,
  );
  const words = search.trim().toLowerCase();
  const isFound = (team: Team) => team.name.toLowerCase().includes(words);
  const shown = words ? withPaths(teams, teams.filter(isFound)) : null;
  const rows: Row<Team>[] = [];
  const walk = (parent: string, depth: number) => {
    for (const team of below.get(parent) ?? []) {
      if (shown && !shown.has(team.id)) continue;
      const children = (below.get(team.id) ?? []).length;
      const isOpen = shown ? (below.get(team.id) ?? []).some(({ id }) => shown.has(id)) : open.has(team.id);
      rows.push({ team, depth, children, isOpen, isFound: isFound(team) });
      if (isOpen) walk(team.id, depth + 1);
    }
  };
  walk("", 0);
  return rows;
}

function withPaths<Team extends Node>(teams: readonly Team[], found: readonly Team[]): Set<string> {
  const byId = new Map(teams.map((team) => [team.id, team]));
  const shown = new Set<string>();
  for (const team of found)
    for (let at: Team | undefined = team; at && !shown.has(at.id); at = byId.get(at.parentTeam?.id ?? ""))
      shown.add(at.id);
  return shown;
}
