// Choosing a team or a person by typing a part of the name.
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { execute } from "../api/execute";
import { nodesOf } from "../api/lists";
import { FindPeopleDocument, FindTeamsDocument } from "../generated/shell";

interface Option {
  value: string;
  label: string;
}

interface Props {
  label: string;
  value: Option | null;
  onChange: (chosen: Option | null) => void;
  /** Not offered: itself, those who are there already. */
  without?: readonly string[];
  description?: string;
  clearable?: boolean;
}

export function TeamPicker(props: Props) {
  return <Picker {...props} kind="team" placeholder="Find a team" find={findTeams} />;
}

export function PersonPicker(props: Props) {
  return <Picker {...props} kind="person" placeholder="Find a person by name or email" find={findPeople} />;
}

type Find = (search: string) => Promise<Option[]>;

const findTeams: Find = async (search) =>
  nodesOf((await execute(FindTeamsDocument, { search })).account?.teams).map((team) => ({
    value: team.id,
    label: team.parentTeam ? `${team.name} · ${team.parentTeam.name}` : team.name,
  }));

const findPeople: Find = async (search) =>
  nodesOf((await execute(FindPeopleDocument, { search })).account?.users).map(({ id, name, email }) => ({
    value: id,
    label: `${name} · ${email}`,
  }));

function Picker({
  kind,
  find,
  value,
  onChange,
  without = [],
  ...shown
}: Props & { kind: string; find: Find; placeholder: string }) {
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed === value?.label ? "" : typed, 200);
  const { data = [], isFetching } = useQuery({
    queryKey: ["find", kind, search],
    queryFn: () => find(search),
    placeholderData: keepPreviousData,
  });
  const found = data.filter((option) => !without.includes(option.value));
  const options = value && !found.some((option) => option.value === value.value) ? [value, ...found] : found;
  return (
    <Select
      {...shown}
      name={kind}
      searchable
      data={options}
      value={value?.value ?? null}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={(id) => onChange(options.find((option) => option.value === id) ?? null)}
      // The server has searched already.
      filter={({ options: all }) => all}
      nothingFoundMessage={isFetching ? "Searching…" : "Nobody is called that."}
      comboboxProps={{ withinPortal: true }}
    />
  );
}
