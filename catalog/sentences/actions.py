"""What each action of the audit trail says in a sentence: a text with the actor and the subject, or a function.

Pure. A new action of `services.audit.ACTIONS` gets its sentence here; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from catalog.sentences.telling import DIFFERENCES, Event, is_short, listed, members, number, quoted

_OF_A_PERSON = {
    "user_name": "user name",
    "name": "name",
    "given_name": "given name",
    "family_name": "family name",
    "email": "email",
    "title": "title",
    "department": "department",
    "employee_number": "employee number",
    "user_type": "user type",
    "manager_value": "manager",
    "manager_id": "manager",
    "role": "role",
}
_OF_A_TEAM = {"responsibilities": "responsibilities", "alias": "alias", "aliases": "aliases"}
_OF_A_CONTACT = {
    "type": "type",
    "address": "address",
    "display_name": "name",
    "display_type": "kind",
    "external_id": "external id",
    "is_default": "default",
}
_OF_A_PROPERTY = {
    "alias": "alias",
    "name": "name",
    "description": "description",
    "locked_status": "lock",
    "schema": "schema",
}
_OF_AN_ACCOUNT = {
    "name": "name",
    "time_zone": "time zone",
    "user_extension": "attributes of its own",
    "visible_attributes": "attributes that everybody may see",
    "require_single_sign_on": "rule for signing in",
}


def _export_made(event: Event) -> str:
    what, format = event.after.get("what"), event.after.get("format")
    return f"{event.who} exported {what or 'a list'}{f' as {format}' if format else ''}."


def _account_updated(event: Event) -> str:
    changed = event.changes(_OF_AN_ACCOUNT) or ["settings"]
    return f"{event.who} changed the account’s {listed(changed)}."


def _user_created(event: Event) -> str:
    title = event.after.get("title")
    return f"{event.who} added {event.subject}{f', {title}' if is_short(title) and title else ''}."


def _user_updated(event: Event) -> str:
    others = [name for name in event.after.get("attributes") or [] if isinstance(name, str)]
    changed = event.changes(_OF_A_PERSON) or [name.rsplit(":", 1)[-1] for name in others[:DIFFERENCES]]
    return f"{event.who} changed {event.whose} {listed(changed) or 'attributes'}."


def _user_reactivated(event: Event) -> str:
    reset = event.before.get("role")
    tail = f", whose role {quoted(reset)} ended: they came back under another externalId" if reset else ""
    return f"{event.who} made {event.subject} active again{tail}."


def _role_changed(event: Event) -> str:
    old, new = event.before.get("role"), event.after.get("role")
    since = f" from {quoted(old)}" if old else ""
    return f"{event.who} changed {event.whose} role in the account{since} to {quoted(new)}."


def _linked(event: Event) -> str:
    to = event.after.get("integration") or event.name_of(event.after.get("integration_id")) or "an integration"
    former = event.before.get("integration") or event.name_of(event.before.get("integration_id"))
    if event.before.get("integration_id") is None:
        return f"{event.who} linked {event.subject} to {to}."
    return f"{event.who} moved {event.subject} from {former or 'another integration'} to {to}."


def _detached(event: Event) -> str:
    former = event.name_of(event.before.get("integration_id")) or "its integration"
    return f"{event.who} detached {event.subject} from {former}: managed by hand from now on."


def _team_renamed(event: Event) -> str:
    old, new = event.before.get("name"), event.after.get("name")
    if old == new:
        theirs = quoted(event.after.get("provider_name", new))
        return f"{event.who} calls the group of the team {event.subject} {theirs} now."
    return f"{event.who} renamed the team {quoted(old)} to {quoted(new)}."


def _team_moved(event: Event) -> str:
    below = event.after.get("parent")
    if below is None:
        former = event.name_of(event.before.get("parent"))
        return f"{event.who} moved {event.subject} to the top{f', out of {former}' if former else ''}."
    return f"{event.who} moved {event.subject} below {event.name_of(below) or 'another team'}."


def _team_updated(event: Event) -> str:
    if "is_listed" in event.after:
        shown = "a team" if event.after["is_listed"] else "no team any more: its group is kept for SCIM alone"
        return f"{event.who} changed the rules for teams: {event.subject} is {shown}."
    return f"{event.who} changed {event.whose} {listed(event.changes(_OF_A_TEAM)) or 'details'}."


def _team_deleted(event: Event) -> str:
    members = event.before.get("members")
    left = f"; {number(members, 'person', 'people')} left it" if isinstance(members, int) and members else ""
    return f"{event.who} deleted the team {event.subject}{left}."


def _contacts_changed(event: Event) -> str:
    old, new = event.before.get("address"), event.after.get("address")
    if not event.before:
        return f"{event.who} added the contact {quoted(new)} to {event.subject}."
    if not event.after:
        return f"{event.who} removed the contact {quoted(old)} from {event.subject}."
    changed = listed(event.changes(_OF_A_CONTACT)) or "details"
    return f"{event.who} changed {event.whose} contact {quoted(old)}: {changed}."


def _tags_changed(event: Event) -> str:
    told = []
    for verb, side, word in (("added", event.after, "to"), ("removed", event.before, "from")):
        tags = [quoted(tag) for tag in side.get("tags") or []]
        if tags:
            shown = [*tags[:DIFFERENCES], *([f"{len(tags) - DIFFERENCES} more"] if len(tags) > DIFFERENCES else [])]
            told.append(f"{verb} the {'tag' if len(tags) == 1 else 'tags'} {listed(shown)} {word} {event.subject}")
    return f"{event.who} {' and '.join(told) or f'changed {event.whose} tags'}."


def _property_definition_updated(event: Event) -> str:
    return f"{event.who} changed the property {event.subject}: {listed(event.changes(_OF_A_PROPERTY)) or 'details'}."


def _property_definition_deleted(event: Event) -> str:
    values = event.before.get("values")
    lost = f", which {number(values, 'team', 'teams')} had" if isinstance(values, int) and values else ""
    return f"{event.who} abolished the property {event.subject}{lost}."


def _property_assigned(event: Event) -> str:
    old, new = event.before.get("value"), event.after.get("value")
    since = f" from {quoted(old)}" if event.before else ""
    return f"{event.who} set {event.whose} {event.after.get('property', 'property')}{since} to {quoted(new)}."


def _property_unassigned(event: Event) -> str:
    which = event.before.get("property", "property")
    return f"{event.who} removed {event.whose} {which}, which was {quoted(event.before.get('value'))}."


def memberships_changed(event: Event) -> str:
    joined, left = members(event.after), members(event.before)
    if joined and joined == left:
        old, new = event.before.get("role"), event.after.get("role")
        since = f" from {quoted(old)}" if old else ""
        to = f"{since} to {quoted(new)}" if new else f", which was {quoted(old)}, to none"
        return f"{event.who} changed the role of {event.people(event.after)} in {event.subject}{to}."
    role = event.after.get("role")
    as_role = f" as {quoted(role)}" if role else ""
    if not left:
        return f"{event.who} added {event.people(event.after)} to {event.subject}{as_role}."
    if not joined:
        return f"{event.who} removed {event.people(event.before)} from {event.subject}."
    added = f"added {event.people(event.after)} to {event.subject}{as_role}"
    return f"{event.who} {added} and removed {event.people(event.before)}."


def _memberships_imported(event: Event) -> str:
    count = event.after.get("count") or 0
    return f"{event.who} brought in {count} {'membership' if count == 1 else 'memberships'} of {event.subject}’s past."


def _integration_updated(event: Event) -> str:
    labels = {name: name.replace("_", " ") for name in sorted({*event.before, *event.after})}
    return f"{event.who} changed {event.whose} {listed(event.changes(labels)) or 'settings'}."


def _decision_taken(event: Event) -> str:
    taken = {
        "same person": f"{event.subject}, who came back under another externalId, is the same person",
        "somebody else": f"{event.subject}, who came back under another externalId, is somebody else",
        "dismissed": f"nothing is done about {event.subject}, whom an integration has asked for",
    }.get(str(event.after.get("decision")), f"{event.subject}: {event.after.get('decision')}")
    return f"{event.who} decided: {taken}."


def _token_created(event: Event) -> str:
    owner = event.after.get("owner")
    whose = f" of {owner}" if owner and owner != event.subject else ""
    days = event.after.get("expires_in_days")
    life = f", good for {number(days, 'day', 'days')}" if isinstance(days, int) else ""
    shown = _shown(event.after, event.after.get("scope"))
    return f"{event.who} made the API token {quoted(event.subject)}{shown}{whose}{life}."


def _token_deleted(event: Event) -> str:
    return f"{event.who} deleted the API token {quoted(event.subject)}{_shown(event.before)}."


def _letters(verb: str) -> Callable[[Event], str]:
    def say(event: Event) -> str:
        count = event.after.get("letters")
        held = number(count, "held letter", "held letters") if isinstance(count, int) else "the held letters"
        return f"{event.who} {verb} {held} of {event.subject}."

    return say


def _paused(event: Event) -> str:
    reason = event.after.get("reason")
    if event.is_about_themselves and isinstance(reason, str):
        return f"{event.subject} was paused. {reason}"
    return f"{event.who} paused {event.subject}."


def _alert_raised(event: Event) -> str:
    threshold, kind = event.after.get("threshold"), event.after.get("kind")
    things = {"deactivations": ("person", "people"), "emptied_teams": ("team", "teams")}
    if not isinstance(threshold, int) or not isinstance(kind, str) or kind not in things:
        return f"Administrators were told of what {event.subject} does."
    deed = "deactivated" if kind == "deactivations" else "emptied"
    many = f"more than {number(threshold, *things[kind])}"
    return f"{event.subject} {deed} {many} within an hour; administrators were told."


def _notice_sent(event: Event) -> str:
    days = event.after.get("days")
    left = f" within {number(days, 'day', 'days')}" if isinstance(days, int) else " soon"
    return f"{event.who} told whoever is concerned that the token {quoted(event.subject)} ends{left}."


def _invitations_expired(event: Event) -> str:
    count = event.after.get("count")
    expired = number(count, "invitation", "invitations") if isinstance(count, int) else "Invitations"
    return f"{expired} expired: nobody accepted within seven days."


def _link_created(event: Event) -> str:
    if event.after.get("purpose") == "setup":
        return f"{event.who} made a link to set up."
    return f"{event.who} made a link that lets {event.subject} in once."


def _password_set(event: Event) -> str:
    if event.is_about_themselves:
        return f"{event.who} chose a new password."
    return f"{event.who} gave {event.subject} a new password."


def _session_ended(event: Event) -> str:
    return f"{event.who} signed out." if event.is_about_themselves else f"{event.who} ended {event.whose} session."


def _sign_in_connection_updated(event: Event) -> str:
    match event.after.get("enabled"):
        case True:
            return f"{event.who} switched signing in by {event.subject} on."
        case False:
            return f"{event.who} switched signing in by {event.subject} off: the sessions that it began ended."
    changed = [name.replace("_", " ") for name in event.after]
    return f"{event.who} changed how signing in by {event.subject} works{f' ({listed(changed)})' if changed else ''}."


def _shown(side: dict[str, Any], *others: Any) -> str:
    """By what a token is recognised, in brackets."""
    prefix = side.get("prefix")
    known = [f"{prefix}…" if prefix else None, *others]
    told = ", ".join(str(one) for one in known if one)
    return f" ({told})" if told else ""


SENTENCES: dict[str, str | Callable[[Event], str]] = {
    "account.created": "{who} made the account {subject}.",
    "account.updated": _account_updated,
    "account.restored": "{who} restored {subject} from a backup.",
    "account.resynced": "{who} opened {subject} again after its restore.",
    "export.made": _export_made,
    "user.created": _user_created,
    "user.updated": _user_updated,
    "user.deactivated": "{who} deactivated {subject}.",
    "user.reactivated": _user_reactivated,
    "user.deleted": "{who} deleted {subject}.",
    "user.exported": "{who} exported everything that is kept of {subject}.",
    "user.erased": "{who} erased a person.",
    "user.role_changed": _role_changed,
    "user.linked": _linked,
    "user.detached": _detached,
    "team.created": "{who} made the team {subject}.",
    "team.renamed": _team_renamed,
    "team.moved": _team_moved,
    "team.updated": _team_updated,
    "team.deleted": _team_deleted,
    "team.restored": "{who} brought the team {subject} back.",
    "team.linked": _linked,
    "team.detached": _detached,
    "contacts.changed": _contacts_changed,
    "tags.changed": _tags_changed,
    "property_definition.created": "{who} defined the property {subject}.",
    "property_definition.updated": _property_definition_updated,
    "property_definition.deleted": _property_definition_deleted,
    "property.assigned": _property_assigned,
    "property.unassigned": _property_unassigned,
    "memberships.changed": memberships_changed,
    "memberships.imported": _memberships_imported,
    "integration.created": "{who} made the integration {subject}.",
    "integration.updated": _integration_updated,
    "integration.paused": _paused,
    "integration.resumed": "{who} let {subject} go on.",
    "alert.raised": _alert_raised,
    "integration.deleted": "{who} deleted the integration {subject}: its tokens ended, its people and teams stay.",
    "external_id.changed": "{who} calls {subject} by another externalId.",
    "decision.taken": _decision_taken,
    "token.created": _token_created,
    "token.deleted": _token_deleted,
    "token.notice_sent": _notice_sent,
    "letters.released": _letters("released"),
    "letters.discarded": _letters("discarded"),
    "letter.retried": "{who} tried the letter to {subject} again.",
    "letter.discarded": "{who} threw away the letter to {subject} that could not be sent.",
    "invitation.sent": "{who} sent {subject} an invitation again.",
    "invitation.accepted": "{subject} accepted their invitation.",
    "invitation.revoked": "{who} withdrew the invitation of {subject}.",
    "invitations.expired": _invitations_expired,
    "link.created": _link_created,
    "link.used": "{subject} used a link that is good once.",
    "password.set": _password_set,
    "password.link_sent": "{who} sent {subject} a link to choose a new password.",
    "session.started": "{subject} signed in.",
    "session.confirmed": "{subject} gave their password again.",
    "session.ended": _session_ended,
    "sign_in_connection.created": "{who} set up signing in by {subject}.",
    "sign_in_connection.updated": _sign_in_connection_updated,
    "sign_in_connection.deleted": "{who} ended signing in by {subject}: the sessions that it began ended.",
    "identity.linked": "{subject} signed in by {who} under a name that is new.",
}
