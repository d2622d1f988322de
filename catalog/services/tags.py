"""Tags: keys with values, on teams and people. A key may have several values; assigning a key replaces them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from uuid import UUID

from catalog import access, sql
from catalog.changes import Change
from catalog.errors import AlreadyTaken, Invalid
from catalog.ids import new_id
from catalog.models import Tag
from catalog.services import ownership
from catalog.services.ownership import Described

MAX_CHARACTERS = 255
MAX_OF_ONE = 200
"""Tags of one owner."""

_KEY = re.compile(r"[a-z][0-9a-z_./\\-]*")


async def create(this: Change, owner: Described, key: str, value: str) -> Tag:
    """A new tag, beside others of its key. Raises NotPermitted; Invalid; AlreadyTaken where the owner has this one."""
    await ownership.need_to_describe(this, owner)
    theirs = await _of(this, owner.id)
    _check_room(len(theirs) + 1)
    tag = _made(this, owner, key, value)
    _refuse_twice(theirs, tag)
    this.add(tag)
    _record(this, owner, [], [tag])
    await this.flush()
    return tag


async def assign(this: Change, owner: Described, wanted: Iterable[tuple[str, str]]) -> list[Tag]:
    """The tags that the owner has under these keys from now on: exactly these; other keys are left alone.

    One that is there already stays, with its id. Raises NotPermitted, Invalid.
    """
    await ownership.need_to_describe(this, owner)
    pairs = [(tag.key, tag.value) for tag in (_made(this, owner, key, value) for key, value in dict.fromkeys(wanted))]
    theirs = await _of(this, owner.id)
    there = {(tag.key, tag.value): tag for tag in theirs}
    keys = {key for key, _ in pairs}
    gone = [tag for tag in theirs if tag.key in keys and (tag.key, tag.value) not in pairs]
    new = [_made(this, owner, key, value) for key, value in pairs if (key, value) not in there]
    _check_room(len(theirs) - len(gone) + len(new))
    if gone or new:
        for tag in gone:
            _drop(this, tag)
        for tag in new:
            this.add(tag)
        _record(this, owner, gone, new)
        await this.flush()
    made = {(tag.key, tag.value): tag for tag in new}
    return [there.get(pair) or made[pair] for pair in pairs]


async def update(
    this: Change, tag_id: UUID, *, key: str | None = None, value: str | None = None, version: int | None = None
) -> Tag:
    """The tag with another key, value or both; None keeps what is. With `version`, only if its owner is still at it.

    Raises NotFound, NotPermitted, Invalid, AlreadyTaken, VersionMismatch.
    """
    tag, owner = await _held(this, tag_id, version)
    wanted = _made(this, owner, tag.key if key is None else key, tag.value if value is None else value)
    if (wanted.key, wanted.value) != (tag.key, tag.value):
        _refuse_twice(await _of(this, owner.id), wanted)
        before = _made(this, owner, tag.key, tag.value)
        tag.key, tag.value = wanted.key, wanted.value
        this.touch(tag)
        _record(this, owner, [before], [tag])
        await this.flush()
    return tag


async def delete(this: Change, tag_id: UUID, *, version: int | None = None) -> Tag:
    """The tag as it was. With `version`, only if its owner is still at it.

    Raises NotFound, NotPermitted, VersionMismatch.
    """
    tag, owner = await _held(this, tag_id, version)
    _drop(this, tag)
    _record(this, owner, [tag], [])
    await this.flush()
    return tag


# --- what the verbs lean on ---------------------------------------------------------------------------------------


async def _held(this: Change, tag_id: UUID, version: int | None) -> tuple[Tag, Described]:
    """The tag, and its owner, who is held until the change ends: so nobody else alters the tag meanwhile."""
    found = await access.tag(this, tag_id)
    owner = await ownership.lock_described(this, found.owner_kind, found.owner_id, version=version)
    await ownership.need_to_describe(this, owner)
    return await access.tag(this, tag_id), owner


async def _of(this: Change, owner_id: UUID) -> list[Tag]:
    rows = await this.rows(
        f"SELECT {sql.columns(Tag, 't')} FROM tags t WHERE t.account_id = $1 AND t.owner_id = $2 ORDER BY t.id",
        this.account_id,
        owner_id,
    )
    return [access.loaded(Tag, row) for row in rows]


def _made(this: Change, owner: Described, key: str, value: str) -> Tag:
    """A tag that is not there yet. Raises Invalid."""
    key, value = key.strip(), value.strip()
    if not _KEY.fullmatch(key) or len(key) > MAX_CHARACTERS:
        raise Invalid("key", "use lower-case letters, digits, '_', '-', '.' and '/', and begin with a letter.")
    if not value or len(value) > MAX_CHARACTERS or not value.isprintable():
        raise Invalid("value", f"a tag's value has 1 to {MAX_CHARACTERS} characters that can be seen.")
    return Tag(
        id=new_id(),
        account_id=this.account_id,
        owner_kind=ownership.kind_of(owner),
        owner_id=owner.id,
        key=key,
        value=value,
        created_at=this.at,
    )


def _refuse_twice(theirs: Sequence[Tag], tag: Tag) -> None:
    if any((other.key, other.value) == (tag.key, tag.value) for other in theirs):
        raise AlreadyTaken("tag", "value", f"{tag.key}:{tag.value}")


def _check_room(number: int) -> None:
    if number > MAX_OF_ONE:
        raise Invalid("tags", f"one has {MAX_OF_ONE} tags at most.")


def _drop(this: Change, tag: Tag) -> None:
    this.run("DELETE FROM tags WHERE account_id = $1 AND id = $2", this.account_id, tag.id)


def _record(this: Change, owner: Described, gone: Sequence[Tag], new: Sequence[Tag]) -> None:
    this.record(
        "tags.changed",
        owner,
        kind=ownership.kind_of(owner),
        name=owner.name,
        before=_shown(gone),
        after=_shown(new),
    )


def _shown(tags: Sequence[Tag]) -> dict[str, list[str]] | None:
    return {"tags": [f"{tag.key}:{tag.value}" for tag in tags]} if tags else None
