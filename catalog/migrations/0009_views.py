"""The views that analysts read (docs/analysts.md): columns that stay what they are while their name ends in `_v1`.

On PostgreSQL a view asks for what its reader may read, and not its maker: so a role that may read the views needs the
columns beneath as well. What an account may hide is therefore read through two views that do ask as their maker,
`muster_shown_…`, and is nobody's to read otherwise.

A later migration that drops a column from under a view, or makes it of another type, drops the view before and makes it
anew after, with what was granted on it; so does one that drops the index `memberships_user`. One that makes a
table of SQLite's anew need not.
"""

from tortoise import migrations

from catalog.migrations._operations import PerDialect

FOREVER = "'9999-12-31 00:00:00+00:00'"

# What everybody sees where an account has not chosen (`catalog.visibility.USUAL`), and what it cannot hide: both as
# they are at this release. What an account chose stands in its settings.
USUAL = (
    '["costCenter","department","division","employeeNumber","locale","manager","nickName","organization","photos",'
    '"preferredLanguage","profileUrl","timezone","title","userType"]'
)
ALWAYS = "'userName', 'displayName', 'name', 'emails'"
# Extensions whose attributes go by their name alone.
STANDARD = "'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'urn:ietf:params:scim:schemas:core:2.0:User'"

MOVING_MS = 24 * 60 * 60 * 1000


class Sqlite:
    by_person = " INDEXED BY memberships_user"
    """Left to itself, the engine would read a whole team for each of its members."""

    def chooses(self, name: str) -> str:
        """Whether the account `a` shows the attribute that the expression names."""
        chosen = f"coalesce(a.settings -> '$.visible_attributes', '{USUAL}')"
        return f"EXISTS (SELECT 1 FROM json_each({chosen}) chosen WHERE chosen.value = {name})"

    def document(self) -> str:
        """The part of the attributes of `u` that everybody sees."""
        part = (
            "SELECT CASE WHEN count(*) > 0 THEN json_group_object(p.key, json(u.attributes -> p.fullkey)) END "
            f"FROM json_each(u.attributes, e.fullkey) p WHERE {_sees_part(self)}"
        )
        shown = (
            f"CASE WHEN instr(e.key, ':') > 0 AND e.type = 'object' THEN ({part}) "
            f"WHEN e.key IN ({ALWAYS}) OR {self.chooses('e.key')} THEN u.attributes -> e.fullkey END"
        )
        rows = f"SELECT e.key, {shown} AS shown FROM json_each(u.attributes) e"
        return f"(SELECT json_group_object(key, json(shown)) FROM ({rows}) WHERE shown IS NOT NULL)"

    def instant(self, column: str) -> str:
        return f"strftime('%Y-%m-%dT%H:%M:%fZ', {column})"

    def milliseconds(self, earlier: str, later: str) -> str:
        return f"CAST(round((julianday({later}) - julianday({earlier})) * 86400000) AS INTEGER)"

    def words(self, case: str) -> str:
        return f"({case})"


class Postgres:
    by_person = ""

    def chooses(self, name: str) -> str:
        return f"(coalesce(a.settings -> 'visible_attributes', '{USUAL}'::jsonb) ? ({name}))"

    def document(self) -> str:
        part = f"SELECT jsonb_object_agg(p.key, p.value) FROM jsonb_each(e.value) p WHERE {_sees_part(self)}"
        shown = (
            f"CASE WHEN strpos(e.key, ':') > 0 AND jsonb_typeof(e.value) = 'object' THEN ({part}) "
            f"WHEN e.key IN ({ALWAYS}) OR {self.chooses('e.key')} THEN e.value END"
        )
        rows = f"SELECT e.key, {shown} AS shown FROM jsonb_each(u.attributes) e"
        return f"(SELECT coalesce(jsonb_object_agg(key, shown), '{{}}') FROM ({rows}) s WHERE shown IS NOT NULL)"

    def instant(self, column: str) -> str:
        return column

    def milliseconds(self, earlier: str, later: str) -> str:
        return f"CAST(round(extract(epoch FROM {later} - {earlier}) * 1000) AS BIGINT)"

    def words(self, case: str) -> str:
        return f'({case} COLLATE "C")'


def _sees_part(say: Sqlite | Postgres) -> str:
    """Whether everybody sees the attribute `p` of the extension `e`."""
    full = say.chooses("e.key || ':' || p.key")
    return f"CASE WHEN e.key IN ({STANDARD}) THEN {say.chooses('p.key')} ELSE {full} END OR {say.chooses('e.key')}"


def _shown(say: Sqlite | Postgres) -> dict[str, str]:
    """What an account may hide."""

    def column(name: str, attribute: str, of: str) -> str:
        return f"""CASE WHEN {say.chooses(f"'{attribute}'")} THEN {of}.{name} END AS {name}"""

    title, department, manager = ("title", "title"), ("department", "department"), ("manager_id", "manager")
    more = (("employee_number", "employeeNumber"), ("user_type", "userType"))
    people = ", ".join(column(*one, "u") for one in (title, department, *more, manager))
    periods = ", ".join(column(*one, "p") for one in (title, department, manager))
    return {
        "muster_shown_users_v1": f"SELECT u.id, {people}, {say.document()} AS attributes "
        "FROM users u JOIN accounts a ON a.id = u.account_id",
        "muster_shown_user_periods_v1": f"SELECT p.id, {periods} "
        "FROM user_periods p JOIN accounts a ON a.id = p.account_id",
    }


def _read(say: Sqlite | Postgres) -> dict[str, str]:
    """What is read. Throw-away accounts of rehearsals are in none of it."""
    account = "a.id AS account_id, a.slug AS account"
    of_account = "JOIN accounts a ON NOT a.is_rehearsal AND a.id"
    at = say.instant

    def period(of: str) -> str:
        return (
            f"{at(f'{of}.valid_from')} AS valid_from, {at(f'nullif({of}.valid_to, {FOREVER})')} AS valid_to, "
            f"{at(f'{of}.recorded_at')} AS recorded_at, {of}.began_on_or_before"
        )

    active = say.words("CASE WHEN u.deactivated_at IS NULL THEN 'active' ELSE 'deactivated' END")
    was = say.words("CASE WHEN p.is_active THEN 'active' ELSE 'deactivated' END")
    today = say.words(
        "CASE WHEN u.deleted_at IS NOT NULL THEN 'deleted' WHEN u.deactivated_at IS NULL THEN 'active' "
        "ELSE 'deactivated' END"
    )
    who = (
        "t.id AS team_id, t.alias AS team_alias, t.name AS team_name, u.id AS user_id, u.email AS user_email, "
        "u.name AS user_name"
    )
    both = "JOIN teams t ON t.is_listed AND t.id = {of}.team_id JOIN users u ON u.id = {of}.user_id"
    source = "LEFT JOIN integrations i ON i.id"
    return {
        "muster_users_v1": f"SELECT {account}, u.id, u.user_name, u.name, u.given_name, u.family_name, u.email, "
        "s.title, s.department, s.employee_number, s.user_type, s.manager_id, b.name AS manager_name, "
        f"b.email AS manager_email, u.role, {active} AS status, {at('u.deactivated_at')} AS deactivated_at, "
        f"u.invitation, {at('u.last_sign_in_at')} AS last_sign_in_at, i.name AS source, "
        f"{at('u.created_at')} AS created_at, {at('u.updated_at')} AS updated_at, s.attributes "
        f"FROM users u {of_account} = u.account_id JOIN muster_shown_users_v1 s ON s.id = u.id "
        f"LEFT JOIN users b ON b.id = s.manager_id AND b.deleted_at IS NULL {source} = u.integration_id "
        "WHERE u.deleted_at IS NULL",
        "muster_teams_v1": f"SELECT {account}, t.id, t.alias, t.name, t.parent_id, b.alias AS parent_alias, "
        f"b.name AS parent_name, t.responsibilities, i.name AS source, {at('t.created_at')} AS created_at, "
        f"{at('t.updated_at')} AS updated_at FROM teams t {of_account} = t.account_id "
        f"LEFT JOIN teams b ON b.id = t.parent_id AND b.deleted_at IS NULL {source} = t.integration_id "
        "WHERE t.deleted_at IS NULL AND t.is_listed",
        "muster_memberships_v1": f"SELECT {account}, m.id, {who}, {today} AS user_status, m.role, i.name AS source, "
        f"{period('m')} FROM memberships m {of_account} = m.account_id {both.format(of='m')} "
        f"{source} = m.integration_id WHERE m.valid_to > m.valid_from",
        "muster_membership_changes_v1": f"SELECT {account}, {at('c.at')} AS at, c.type, {who}, c.role, "
        f"c.previous_role, i.name AS source, {at('c.recorded_at')} AS recorded_at FROM ({_changes(say)}) c "
        f"{of_account} = c.account_id {both.format(of='c')} {source} = c.integration_id",
        "muster_user_periods_v1": f"SELECT {account}, p.user_id, p.name AS user_name, s.title, s.department, "
        f"s.manager_id, p.role, {was} AS status, {period('p')} FROM user_periods p {of_account} = p.account_id "
        "JOIN muster_shown_user_periods_v1 s ON s.id = p.id WHERE p.valid_to > p.valid_from",
        "muster_team_periods_v1": f"SELECT {account}, p.team_id, t.alias AS team_alias, p.name AS team_name, "
        f"p.parent_id, {period('p')} FROM team_periods p {of_account} = p.account_id "
        "JOIN teams t ON t.is_listed AND t.id = p.team_id WHERE p.valid_to > p.valid_from",
    }


def _changes(say: Sqlite | Postgres) -> str:
    """Who joined, left, moved or had another role: as `catalog.tables.changes` has it, of all times."""
    stays = f"FROM memberships o{say.by_person} WHERE o.user_id = m.user_id AND o.valid_to > o.valid_from"
    earlier = f"SELECT o.id {stays} AND o.team_id = m.team_id AND o.valid_to = m.valid_from LIMIT 1"
    later = f"SELECT 1 {stays} AND o.team_id = m.team_id AND o.valid_from = m.valid_to"
    elsewhere = (
        f"SELECT 1 {stays} AND o.team_id <> m.team_id AND o.valid_to < {FOREVER} "
        f"AND abs({say.milliseconds('o.valid_to', 'm.valid_from')}) <= {MOVING_MS}"
    )
    kind = say.words(
        f"CASE WHEN e.id IS NOT NULL THEN 'role_changed' WHEN EXISTS ({elsewhere}) THEN 'moved' ELSE 'joined' END"
    )
    columns = "m.account_id, m.team_id, m.user_id, m.integration_id, m.role"
    nothing, left = say.words("CAST(NULL AS TEXT)"), say.words("'left'")
    return (
        f"SELECT {columns}, e.role AS previous_role, m.valid_from AS at, m.recorded_at, {kind} AS type "
        f"FROM memberships m LEFT JOIN memberships e ON e.id = ({earlier}) WHERE m.valid_to > m.valid_from "
        "AND (e.id IS NULL OR coalesce(e.role, '') <> coalesce(m.role, '')) "
        f"UNION ALL SELECT {columns}, {nothing}, m.valid_to, m.valid_to, {left} FROM memberships m "
        f"WHERE m.valid_to > m.valid_from AND m.valid_to < {FOREVER} AND NOT EXISTS ({later})"
    )


def _made(say: Sqlite | Postgres) -> list[str]:
    return [f"CREATE VIEW {name} AS {select}" for name, select in {**_shown(say), **_read(say)}.items()]


# PostgreSQL 14 has no such views: there they ask as their maker does.
AS_THE_READER = [
    "DO $$ BEGIN IF current_setting('server_version_num')::integer >= 150000 THEN "
    f"ALTER VIEW {name} SET (security_invoker = true); END IF; END $$"
    for name in _read(Postgres())
]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [PerDialect(sqlite=_made(Sqlite()), postgres=[*_made(Postgres()), *AS_THE_READER])]
