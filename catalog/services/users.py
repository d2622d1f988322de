"""People: arriving, changing, leaving, coming back.

An integration writes only its own people. Somebody made by hand, or by another integration, waits to be linked: the
same name is no proof that it is the same person, and an email still less (CVE-2022-1680). What is asked before somebody
arrives stands in `arrivals`, what is read of people in `directory`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog import access, sql
from catalog.attributes import AUDITED, ENTERPRISE, Document, audited, by_hand, derive
from catalog.changes import Change
from catalog.engines import Row
from catalog.errors import AlreadyTaken, Invalid, WaitsToBeLinked
from catalog.ids import fold, new_id
from catalog.models import User
from catalog.services import (
    administrators,
    arrivals,
    endings,
    external_ids,
    integrations,
    invitations,
    memberships,
    ownership,
    reporting_lines,
)
from catalog.services.directory import count, id_of_email, one, page, written

__all__ = [
    "Draft",
    "claim",
    "count",
    "create",
    "create_by_hand",
    "deactivate",
    "delete",
    "id_of_email",
    "lock",
    "one",
    "page",
    "provision",
    "reactivate",
    "replace",
    "written",
]


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants a person to be. `active` None keeps what is."""

    user_name: str
    attributes: Document
    external_id: str | None = None
    """What the asking integration calls them; None keeps what it called them, an empty text forgets it."""
    active: bool | None = None


async def create(
    this: Change, draft: Draft, *, role: str = "user", provisioned_by: str = "user", welcome: bool = True
) -> User:
    """The new person, with a welcome letter in the outbox if they are active and may get one; none without `welcome`.

    Raises NotPermitted; AlreadyTaken where the userName or the email is another's; WaitsToBeLinked where the userName
    is that of somebody whom the asking integration does not own.
    """
    user, _ = await _made(this, draft, role=role, provisioned_by=provisioned_by, welcome=welcome)
    await this.flush()
    return user


async def provision(this: Change, draft: Draft) -> Row:
    """The new person as a row of `page`, as `create` makes them, for the asking integration.

    They are written when the change is left, where AlreadyTaken may still be raised.
    """
    user, is_new = await _made(this, draft, role="user", provisioned_by="integration_scim", welcome=True)
    return arrivals.as_row(user, draft.external_id) if is_new else await written(this, user.id)


async def _made(this: Change, draft: Draft, *, role: str, provisioned_by: str, welcome: bool) -> tuple[User, bool]:
    """The person, and whether they are new: somebody made by hand may be theirs whom the integration links unasked."""
    ownership.need_for(this, "users.create")
    number = (draft.attributes.get(ENTERPRISE) or {}).get("employeeNumber")
    known = await arrivals.known(this, draft.user_name, number)
    if known.is_here and (holder := await _holder(this, draft.user_name)) is not None:
        if not await _may_claim(this, holder):
            raise await _already_there(this, holder, draft)
        await replace(this, holder, draft)
        return holder, False
    user = User(
        id=new_id(),
        account_id=this.account_id,
        user_name=draft.user_name,
        user_name_key=fold(draft.user_name),
        role=role,
        provisioned_by=provisioned_by,
        integration_id=this.actor.integration_id,
        deactivated_at=this.at if draft.active is False else None,
        created_at=this.at,
        updated_at=this.at,
    )
    settings = known.settings
    derive(user, draft.attributes, name_from=settings.name_from, email_from=settings.email_from)
    await reporting_lines.find_manager(this, user)
    reporting_lines.lead_themselves(user)
    this.add(user)
    if draft.external_id is not None and this.actor.integration_id is not None:
        this.add(external_ids.first(this, "user", user.id, draft.external_id))
    this.record("user.created", user, kind="user", name=user.name, after=audited(user))
    if welcome:
        invitations.greet(this, user, known.sender)
    if known.is_awaited:
        await reporting_lines.arrived(this, user)
    return user, True


async def create_by_hand(
    this: Change,
    *,
    email: str,
    name: str | None = None,
    role: str = "user",
    provisioned_by: str = "user",
    welcome: bool = True,
) -> User:
    """A new person whom nobody provisions: their userName is their email. Raises as `create` does; Invalid."""
    before, at, after = email.strip().partition("@")
    if not (before and at and "." in after) or any(character.isspace() for character in email.strip()):
        raise Invalid("email", f"{email[:100]!r} is no address.")
    shown = (name or "").strip() or before.replace(".", " ").replace("_", " ").title()
    document = by_hand(name=shown, email=email.strip())
    draft = Draft(email.strip(), document)
    return await create(this, draft, role=role, provisioned_by=provisioned_by, welcome=welcome)


async def lock(this: Change, user_id: UUID, *, version: int | None = None) -> User:
    """The person, held until the change ends; with `version`, only if they are still at it.

    Raises NotFound, VersionMismatch.
    """
    return await access.user(this, user_id, lock=True, version=version)


async def replace(this: Change, user: User, draft: Draft) -> None:
    """The person made as `draft` says; nothing is recorded, and no version rises, where they are so already.

    Raises NotPermitted; AlreadyTaken; WaitsToBeLinked (a person whom the asking integration does not own).
    """
    ownership.need_for(this, "users.update", user)
    await claim(this, user, draft.external_id)
    before, old = audited(user), user.attributes
    if draft.user_name != user.user_name or draft.attributes != old:
        user.user_name, user.user_name_key = draft.user_name, fold(draft.user_name)
        settings = await integrations.settings_held(this, user.integration_id)
        derive(user, draft.attributes, name_from=settings.name_from, email_from=settings.email_from)
        if user.manager_value != before.get("manager_value"):
            await reporting_lines.find_manager(this, user)
        after = audited(user)
        changed = {name for name in AUDITED if before.get(name) != after.get(name)}
        this.record(
            "user.updated",
            user,
            kind="user",
            name=user.name,
            before={**{name: before.get(name) for name in sorted(changed)}},
            after={
                **{name: after.get(name) for name in sorted(changed)},
                "attributes": sorted(
                    name for name in {*old, *user.attributes} if old.get(name) != user.attributes.get(name)
                ),
            },
        )
        if changed & {"user_name", "employee_number"}:
            await reporting_lines.arrived(this, user)
        if "email" in changed and before.get("email"):
            await endings.of_address(this, user, before["email"])
    if draft.active is True and user.deactivated_at is not None:
        await reactivate(this, user, external_id=draft.external_id)
    await _remember(this, user, draft.external_id)
    if draft.active is False:
        await deactivate(this, user)
    await this.flush()


async def deactivate(this: Change, user: User) -> None:
    """The person can't sign in from this moment: sessions, personal tokens, links, unsent letters end with the change.

    They stay in the catalog and on their teams. Nothing, if they are deactivated already. Raises NotPermitted, by hand
    for the last administrator too: a provider says who has left, and whoever has left must be out.
    """
    ownership.need_for(this, "users.deactivate", user)
    if user.deactivated_at is not None:
        return
    if this.actor.integration_id is None:
        await administrators.need_another(this, user)
    user.deactivated_at = this.at
    await endings.of_access(this, user)
    this.record("user.deactivated", user, kind="user", name=user.name)


async def reactivate(this: Change, user: User, *, external_id: str | None = None) -> None:
    """The person is active again, the same one. Nothing, if they are active already.

    Somebody who comes back under another externalId may be somebody else on the same userName: their account role and
    their password are gone, and an administrator is asked whether it is a rehire. Whoever was never welcome before gets
    their letter now. Raises NotPermitted.
    """
    ownership.need_for(this, "users.deactivate", user)
    if user.deactivated_at is None:
        return
    user.deactivated_at = None
    before: dict[str, Any] = {}
    if external_id is not None and this.actor.integration_id is not None:
        known = await external_ids.external_id_of(this, "user", user.id)
        if known is not None and known != external_id:
            endings.of_identity(this, user)
            if user.role != "user":
                before, user.role, user.role_by_hand = {"role": user.role}, "user", None
            await integrations.ask(
                this, kind="rehire", subject_id=user.id, name=user.user_name, external_id=external_id
            )
    this.record(
        "user.reactivated",
        user,
        kind="user",
        name=user.name,
        before=before or None,
        after={"role": user.role} if before else None,
    )
    await invitations.welcome(this, user)


async def delete(this: Change, user: User) -> None:
    """The person is gone from every read, their userName is free, their memberships end; history keeps their id.

    Raises NotPermitted, for the last administrator too; WaitsToBeLinked where the asking integration does not own them.
    """
    ownership.need_for(this, "users.delete", user)
    await claim(this, user, None)
    await administrators.need_another(this, user)
    await deactivate(this, user)
    # People before teams, in every deletion: two at once that met in another order would wait for each other.
    await reporting_lines.departed(this, user)
    await this.flush()
    await memberships.end_all_of(this, user)
    user.deleted_at = this.at
    endings.of_identity(this, user)
    await external_ids.forget_external_ids(this, "user", user.id)
    this.record("user.deleted", user, kind="user", name=user.name, before=audited(user))
    await this.flush()


async def claim(this: Change, user: User, external_id: str | None) -> None:
    """Nothing, if the actor may write this person. Raises WaitsToBeLinked otherwise."""
    integration_id = this.actor.integration_id
    if integration_id is None or user.integration_id == integration_id:
        return
    if await _may_claim(this, user):
        await integrations.link_user(this, integration_id, user)
        return
    owner = await integrations.name_of(this, user.integration_id)
    raise WaitsToBeLinked("user", user.user_name, user.id, owner=owner, external_id=external_id, taken=False)


# --- what the verbs lean on ---------------------------------------------------------------------------------------


async def _holder(this: Change, user_name: str) -> User | None:
    rows = await this.rows(
        f"SELECT {sql.columns(User, 'u')} FROM users u "
        "WHERE u.account_id = $1 AND u.user_name_key = $2 AND u.deleted_at IS NULL",
        this.account_id,
        fold(user_name),
    )
    return access.loaded(User, rows[0]) if rows else None


async def _already_there(this: Change, holder: User, draft: Draft) -> AlreadyTaken | WaitsToBeLinked:
    if this.actor.integration_id is None or holder.integration_id == this.actor.integration_id:
        return AlreadyTaken("user", "userName", draft.user_name)
    owner = await integrations.name_of(this, holder.integration_id)
    return WaitsToBeLinked("user", draft.user_name, holder.id, owner=owner, external_id=draft.external_id, taken=True)


async def _may_claim(this: Change, user: User) -> bool:
    """Whether the integration links exact userNames by itself: only people made by hand, never administrators."""
    if this.actor.integration_id is None or user.integration_id is not None:
        return False
    if user.role == "admin" or user.is_break_glass:
        return False
    return (await integrations.settings_of(this)).link_exact_user_names


async def _remember(this: Change, user: User, external_id: str | None) -> None:
    """The externalId kept, and the person touched if it is another one than before."""
    integration_id = this.actor.integration_id
    if integration_id is None or external_id is None:
        return
    if await external_ids.remember_external_id(this, integration_id, "user", user.id, external_id or None):
        this.touch(user)
