// The palette: people, teams and places, found as one types. Its keys are in `Keys`, as it is fetched late.
import { Spotlight } from "@mantine/spotlight";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { execute } from "../api/execute";
import { nodesOf } from "../api/lists";
import { useMe } from "../api/viewer";
import { PaletteDocument } from "../generated/shell";
import { Face } from "../kit/Face";
import { Icon } from "../kit/icons";
import { FURTHER_PLACES, PLACES } from "./places";

export function Palette() {
  const [typed, setTyped] = useState("");
  const search = useDeferredValue(typed.trim());
  const navigate = useNavigate();
  const { may } = useMe();
  const { data } = useQuery({
    queryKey: ["palette", search],
    queryFn: () => execute(PaletteDocument, { search }),
    enabled: search.length > 0,
    placeholderData: keepPreviousData,
  });
  const places = [...PLACES, ...FURTHER_PLACES].filter(
    (place) => (!place.needs || may(place.needs)) && place.label.toLowerCase().includes(search.toLowerCase()),
  );
  const people = search ? nodesOf(data?.account?.users) : [];
  const teams = search ? nodesOf(data?.account?.teams) : [];
  const go = (to: string, params?: Record<string, string>) => () => void navigate({ to, params } as never);
  return (
    <Spotlight.Root
      overlayProps={{ backgroundOpacity: 0.45, blur: 1 }}
      query={typed}
      onQueryChange={setTyped}
      shortcut={null}
      scrollable
      maxHeight={420}
    >
      <Spotlight.Search
        placeholder="Find a person, a team, a page"
        aria-label="Find a person, a team, a page"
        leftSection={<Icon name="search" />}
      />
      <Spotlight.ActionsList>
        {people.length > 0 && (
          <Spotlight.ActionsGroup label="People">
            {people.map((person) => (
              <Spotlight.Action
                key={person.id}
                label={person.name}
                description={[person.email, person.title, person.status === "deactivated" && "deactivated"]
                  .filter(Boolean)
                  .join(" · ")}
                leftSection={<Face name={person.name} size={26} />}
                onClick={go("/users/$id", { id: person.id })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {teams.length > 0 && (
          <Spotlight.ActionsGroup label="Teams">
            {teams.map((team) => (
              <Spotlight.Action
                key={team.id}
                label={team.name}
                description={team.parentTeam?.name}
                leftSection={<Icon name="network" />}
                onClick={go("/teams/$alias", { alias: team.alias ?? team.id })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {places.length > 0 && (
          <Spotlight.ActionsGroup label="Pages">
            {places.map((place) => (
              <Spotlight.Action
                key={place.to}
                label={place.label}
                leftSection={<Icon name={place.icon} />}
                onClick={go(place.to)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {people.length + teams.length + places.length === 0 && (
          <Spotlight.Empty>Nothing is called that.</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
