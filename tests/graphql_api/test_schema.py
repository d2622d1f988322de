"""The schema is the one that is committed, from which the UI's types come; and each of its fields leads somewhere."""

from pathlib import Path

from graphql import GraphQLObjectType

from catalog.tables import NOUNS
from graphql_api.describing import COLUMN, COMPUTED, DESCRIBED, PART
from graphql_api.schema import printed, schema

COMMITTED = Path(__file__).parents[2] / "graphql_api" / "schema.graphql"


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert COMMITTED.read_text() == printed(), "run `make schema` and commit what it changes"


def test_nothing_of_the_catalogs_own_wording_of_tables_shows() -> None:
    names = {name for name in schema._schema.type_map if not name.startswith("__")}
    assert names.isdisjoint({"Row", "Description"})
    assert all(
        not field.startswith("_")
        for type in schema._schema.type_map.values()
        if isinstance(type, GraphQLObjectType) and not type.name.startswith("__")
        for field in type.fields
    )


def test_every_plain_field_of_a_noun_is_a_column_of_its_table() -> None:
    of_types = {"Account": "accounts", "User": "users", "Team": "teams", "TeamMembership": "memberships"}
    for name, noun in of_types.items():
        definition = schema.get_type_by_name(name)
        assert definition is not None
        for field in definition.fields:  # type: ignore[union-attr]
            marks = field.metadata
            if field.base_resolver is None and not {DESCRIBED, PART, COMPUTED} & marks.keys():
                assert marks.get(COLUMN, field.python_name) in NOUNS[noun].fields, f"{name}.{field.python_name}"
