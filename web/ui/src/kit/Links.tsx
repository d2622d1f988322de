// Links to people and teams, wherever they are named.
import { Link } from "@tanstack/react-router";
import { Face } from "./Face";

interface Named {
  id: string;
  name: string;
}

export function PersonLink({ person, withFace = false }: { person: Named; withFace?: boolean }) {
  return (
    <Link
      to="/users/$id"
      params={{ id: person.id }}
      className="link"
      style={withFace ? { display: "inline-flex", gap: 8, alignItems: "center" } : undefined}
    >
      {withFace && <Face name={person.name} />}
      {person.name}
    </Link>
  );
}

export function TeamLink({ team }: { team: Named & { alias?: string | null } }) {
  return (
    <Link to="/teams/$alias" params={{ alias: team.alias ?? team.id }} className="link">
      {team.name}
    </Link>
  );
}
