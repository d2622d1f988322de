"""A person of whom every table holds something, by real ways where there are; her marks are found nowhere else."""

from dataclasses import dataclass
from datetime import timedelta

from catalog.actors import Actor, Scope
from catalog.attributes import ENTERPRISE
from catalog.changes import change
from catalog.database import everywhere
from catalog.engines import Statement
from catalog.ids import new_id
from catalog.models import (
    AlertMark,
    IdempotencyClaim,
    Integration,
    OutboxMessage,
    PendingDecision,
    SignInError,
    SignInIdentity,
    SignInState,
    TokenNotice,
    User,
)
from catalog.services import (
    contacts,
    deliveries,
    links,
    memberships,
    passwords,
    sessions,
    tags,
    teams,
    tokens,
    users,
)
from catalog.services.users import Draft
from tests import builders

MARKS = ("zenobia", "quixote", "qx-7731", "marmalade", "wharfinger", "0207946", "198.51.100.7")
"""Parts of everything personal of her: no other row of the tests has one."""

USER_NAME, BEFORE = "zenobia.quixote@lovelace.dev", "zenobia.maiden@lovelace.dev"
DOCUMENT = {
    "displayName": "Zenobia Quixote",
    "name": {"givenName": "Zenobia", "familyName": "Quixote", "formatted": "Zenobia Quixote"},
    "emails": [{"value": USER_NAME, "type": "work", "primary": True}],
    "phoneNumbers": [{"value": "+44-0207946", "type": "work"}],
    "title": "Wharfinger",
    ENTERPRISE: {"department": "Marmalade", "employeeNumber": "qx-7731"},
}


@dataclass
class Told:
    """Whom the tests are about, and the others."""

    user: User
    report: User
    colleague: User
    team_id: object


async def a_person_everywhere(actor: Actor, scim_actor: Actor, integration: Integration) -> Told:
    """Zenobia, who came by SCIM, changed her name, was on a team, managed somebody, and signed in."""
    async with change(scim_actor) as this:
        user = await users.create(
            this, Draft(BEFORE, {**DOCUMENT, "title": "Wharfinger's clerk"}, "qx-7731-okta", True)
        )
        deliveries.record(
            this, method="POST", path="/Users", status=201, duration_ms=1.0, resource_kind="user", resource_id=user.id,
            resource_name=BEFORE, request_body='{"displayName": "Zenobia"}',
        )  # fmt: skip
    async with change(scim_actor) as this:
        await users.replace(this, await users.lock(this, user.id), Draft(USER_NAME, DOCUMENT, "qx-7731-okta", True))
        named = {ENTERPRISE: {"manager": {"value": USER_NAME, "displayName": "Zenobia Quixote"}}}
        report = await users.create(this, Draft("report@lovelace.dev", named, "r-1", True))
    buffer = deliveries.Buffer()
    asked = f"/Users?filter=userName+eq+%22{USER_NAME.replace('@', '%40')}%22"
    buffer.note(scim_actor, method="GET", path=asked, status=404, duration_ms=1.0)
    group = f'{{"members": [{{"value": "{user.id}", "display": "Zenobia Quixote"}}]}}'
    buffer.note(scim_actor, method="PUT", path="/Groups/x", status=400, duration_ms=1.0, request_body=group)
    await buffer.flush()
    colleague = await builders.a_user(actor, "grace@lovelace.dev", role="admin")
    connection = await builders.a_connection(actor, integration)
    async with change(actor) as this:
        held = await users.lock(this, user.id)
        team = await teams.create(this, name="Quays")
        await memberships.add(this, await teams.lock(this, team.id), [user.id])
        await passwords.set_(this, held, "$argon2id$marmalade")
        token, _ = await tokens.create_for_user(this, held, name="Zenobia's laptop", scope=Scope.READ)
        browser = sessions.Browser("198.51.100.7", "Marmalade/1.0")
        sessions.start(this, held, method="sso", browser=browser, connection_id=connection.id, subject="qx-7731-sub")
        await links.make(this, "password", held)
        await contacts.create(this, held, type="email", address="zenobia@home.example")
        await tags.create(this, held, "nickname", "marmalade")
        mine = {"account_id": actor.account_id, "integration_id": integration.id}
        this.add(AlertMark(id=new_id(), **mine, kind="deactivations", subject_id=user.id, at=this.at))
        this.add(TokenNotice(id=new_id(), account_id=actor.account_id, token_id=token.id, days=7, at=this.at))
        this.add(
            PendingDecision(
                id=new_id(), **mine, kind="rehire", subject_id=user.id, name=USER_NAME, external_id="qx-7731-new",
                first_asked_at=this.at, last_asked_at=this.at,
            )
        )  # fmt: skip
        of = {"account_id": actor.account_id, "connection_id": connection.id}
        this.add(SignInIdentity(id=new_id(), **of, user_id=user.id, subject="qx-7731-sub", created_at=this.at))
        this.add(SignInError(id=new_id(), **of, at=this.at, code="x", message=f"Nobody here is {USER_NAME}."))
        this.add(
            SignInState(
                id=new_id(), **of, purpose="ticket", digest="d", facts={"user_id": str(user.id), "sub": "qx-7731-sub"},
                expires_at=this.at + timedelta(minutes=2),
            )
        )  # fmt: skip
        for asker in (user.id, colleague.id):
            this.add(
                IdempotencyClaim(
                    id=new_id(), account_id=actor.account_id, asker_id=asker, key_digest=str(asker), body_digest="b",
                    runner=new_id(), leased_until=this.at, answer="sealed", created_at=this.at,
                )
            )  # fmt: skip
        this.add(
            OutboxMessage(
                id=new_id(), account_id=actor.account_id, user_id=colleague.id, letter="Invitation",
                recipient="grace@lovelace.dev", facts={"name": "Grace", "sender": "Zenobia Quixote"},
                next_attempt_at=this.at, message_id="<m>", created_at=this.at,
            )
        )  # fmt: skip
    hers = Actor(actor.account_id, actor.kind, "Zenobia Quixote", actor.scopes, id=user.id)
    async with change(hers) as this:
        await tokens.create_for_service(this, name="nightly", scope=Scope.READ)
        await teams.rename(this, await teams.lock(this, team.id), "Docks")
    return Told(user, report, colleague, team.id)


async def everything(but: tuple[str, ...] = ()) -> dict[str, list[dict[str, str]]]:
    """Every row of every table of the connected database, each value as text."""
    db = everywhere()
    listing = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        if db.dialect == "sqlite"
        else "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    )
    found = {}
    for row in await db.rows(listing):
        if row["name"] not in but:
            rows = await db.rows(f"SELECT * FROM {row['name']}")
            found[row["name"]] = [{key: str(one[key]) for key in one.keys()} for one in rows]  # noqa: SIM118
    return found


async def run(text: str, *params: object) -> None:
    """One statement, whoever it is from."""
    async with everywhere().unit() as unit:
        await unit.batch([Statement(text, params)])


__all__ = ["MARKS", "USER_NAME", "Told", "a_person_everywhere", "everything", "run"]
