"""GraphQL over the catalog's services: types, resolvers that describe, and one statement for a whole answer.

How a question is answered. A resolver authorises and returns a `Description` (`describing`): which rows, seen from the
row on which its field stands. `execution` walks everything selected below it (`selections`) and hands the catalog one
shape (`catalog.shapes`), which `catalog.sql.answers` makes one statement of; its text is the answer. Where a selected
field needs Python (`computed`, or a resolver of another kind), rows are read level by level instead, each level in one
statement for all rows of the level above.

Adding a noun: its table, fields and links in a file of `catalog/tables/`, named in `NOUNS`; a type in a module here,
whose plain fields are columns of the same name (`column("other")` where the names differ, `part()` for an object made
of the same row, `computed(function, "column", …)` for what Python makes). Every field of a table says its kind; what
is shown may be other SQL than what is compared (`Field.shown`), and may ask for what a question gives (`{at}`).

Adding a link or a connection: a `Link` in `links` of the noun it leads from, then in the type

    @listing(Teams)                        # a connection: `after before first last` come with it
    def teams(self, info: Info, alias: str | None = None) -> Description | None:
        return linked("teams", where=…, orders=…, given={"at": …})   # None is null; raise a CatalogError to refuse

    @described(User | None)                # one row (`list[User]`: a plain list)
    def manager(self, info: Info) -> Description: return linked("manager")

Fields of `User`, `Team`, `Account` or `Viewer` that belong to another subject stand in that subject's module, in a
class decorated with `strawberry.type` that the type has among its bases: `class Team(TeamHistory, TeamTags)`.

The function runs without a row: it must not look at `self`. Types of other modules are named lazily, as in
`graphql_api.users.Users`. `given` reaches every link below.

Adding a mutation: a method of a class of mutations here (`strawberry.type`), which `schema.Mutation` has among its
bases. It opens the one change:

    async def work() -> UUID:
        async with change(actor(info)) as this:
            return (await teams.create(this, name=input.name)).id
    try:
        return TeamCreatePayload(team=found("teams", await uninterrupted(work)), errors=[])
    except CatalogError as refused:
        return TeamCreatePayload(team=None, errors=[…])

A payload's field holds a `Description` (`found`, `among`): what was written is read back on the compiled road.
"""
