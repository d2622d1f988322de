"""Audit events as plain sentences, one for each action: what a timeline shows, and what is said aloud.

Pure: an event's row is all it looks at. An event holds ids where it tells of members or parents; who knows what they
are called says so (`mentioned` gives those that a sentence would name), and without that they are counted.
"""

from __future__ import annotations

from typing import Any

from catalog.sentences.actions import SENTENCES
from catalog.sentences.telling import NAMED, OF_A_MANAGER, Event, Names, Row, actor, document, members

__all__ = ["actor", "document", "mentioned", "sentence"]


def sentence(event: Row, names: Names | None = None) -> str:
    """What the event tells, with a full stop; `names` gives people, teams and integrations by the text of their id.

    `event` is a row of `services.audit.list_`. An action that nobody knows here (a later version's) is told as it is.
    """
    told = Event.read(event, names or {})
    say = SENTENCES.get(event["action"])
    if say is None:
        return f"{told.who}: {event['action']}, {told.subject}."
    return say.format(who=told.who, subject=told.subject) if isinstance(say, str) else say(told)


def mentioned(event: Row) -> list[str]:
    """The ids that the event's sentence names if it is told what they are called."""
    ids: list[Any] = []
    for side in (document(event.get("before")), document(event.get("after"))):
        ids += [*members(side)[:NAMED], *(side.get(field) for field in ("parent", "integration_id", *OF_A_MANAGER))]
    return [str(id) for id in dict.fromkeys(ids) if id]
