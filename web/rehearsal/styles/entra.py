"""Microsoft Entra: what its attribute mappings make of a person, with the flag aadOptscim062020 and without it.

Half of the people and groups are provisioned as by a job without the flag (capital operations, booleans as text, one
operation for each attribute, members removed by a list of values), the other half as by one with it (small letters,
real booleans, paths as keys of a value, members removed by filters).

Sources: learn.microsoft.com, "Develop and plan provisioning for a SCIM endpoint" and "Known issues with SCIM 2.0
protocol compliance"; recorded runs of the SCIM Validator.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote_plus

from web.rehearsal.client import Client, Failed
from web.rehearsal.directory import Group, Member
from web.rehearsal.people import Person
from web.rehearsal.styles import DONE, ENTERPRISE, GROUP, USER, Json, patch, text

ADSCIM = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
"""An unknown URN that Entra names all the same."""
_MANAGER = f"{ENTERPRISE}:manager"
_WITHOUT_MEMBERS = "excludedAttributes=members"
_BATCH = 500
"""Members in one request."""


class Entra:
    """An enterprise application with automatic provisioning. It sends no User-Agent."""

    name = "entra"
    headers: Mapping[str, str] = {
        "Accept": "application/scim+json",
        "Content-Type": "application/scim+json; charset=utf-8",
    }
    group_query = _WITHOUT_MEMBERS

    async def connect(self, client: Client, step: str) -> str | None:
        """Somebody who is not there is looked for, and the schemas are read, which must hold a Group."""
        found = await client.send(step, "GET", "/Users", query=_where("userName", str(uuid.uuid4())))
        schemas = await client.send(step, "GET", "/Schemas")
        ids = {schema.get("id") for schema in schemas.get("Resources") or [] if isinstance(schema, dict)}
        if found.get("totalResults") != 0:
            return f"a search for nobody has totalResults {found.get('totalResults')!r}"
        return None if {USER, GROUP, ENTERPRISE} <= ids else "/Schemas lacks User, Group or the enterprise extension"

    def profile(self, person: Person) -> Json:
        enterprise = {
            "employeeNumber": person.employee_number,
            "department": person.department,
            "division": person.division,
            "manager": {"value": person.manager_id} if person.manager_id else None,
        }
        found: Json = {
            "schemas": [USER, ENTERPRISE],
            "externalId": str(uuid.UUID(person.key)),
            "userName": person.user_name,
            "displayName": person.display_name,
            "title": person.title,
            "preferredLanguage": person.locale,
            "emails": [{"primary": True, "type": "work", "value": person.email}],
            "phoneNumbers": [{"type": "mobile", "value": person.mobile}] if person.mobile else None,
            "name": {
                "formatted": person.display_name,
                "familyName": person.family_name,
                "givenName": person.given_name,
            },
            ENTERPRISE: {name: value for name, value in enterprise.items() if value},
        }
        return {name: value for name, value in found.items() if value}

    def new_user(self, person: Person) -> Json:
        """The manager as bare text; for some, attributes without a value as nulls."""
        body = {**self.profile(person), "active": True, "meta": {"resourceType": "User"}, "roles": []}
        if person.manager_id:
            body[ENTERPRISE] = {**body[ENTERPRISE], "manager": person.manager_id}
        return body if _has_flag(person.number) else {**body, "addresses": None, "nickName": None}

    def user_query(self, person: Person) -> str:
        """By one of the attributes that an administrator may choose for matching."""
        match person.number % 3:
            case 0:
                return _where("externalId", str(uuid.UUID(person.key)))
            case 1:
                return _where('emails[type eq "work"].value', person.email)
            case _:
                return _where("userName", person.user_name)

    def same_user_query(self, person: Person) -> str:
        return _where("userName", person.user_name.upper())

    def page_query(self, start: int, count: int) -> str:
        """Entra imports nobody; its validator pages so."""
        return f"startIndex={start}&count={count}"

    async def update(self, client: Client, step: str, before: Person, after: Person) -> Json:
        """Found again, then what changed of the mapped attributes."""
        found = await client.send(step, "GET", "/Users", query=self.user_query(before))
        if [user.get("id") for user in found.get("Resources") or []] != [after.id]:
            client.steps[step].fail("GET /Users: the matching attribute does not find the person")
            raise Failed("not found")
        operations = list(_operations(before, after))
        return await patch(client, step, f"/Users/{after.id}", operations)

    async def set_active(self, client: Client, step: str, person: Person) -> Json:
        operation: Json = {"op": "Replace", "path": "active", "value": str(person.active)}
        if _has_flag(person.number):
            operation = {"op": "replace", "path": "active", "value": person.active}
        return await patch(client, step, f"/Users/{person.id}", [operation])

    def find_group_query(self, name: str) -> str:
        return f"{_WITHOUT_MEMBERS}&{_where('displayName', name)}"

    async def create_group(self, client: Client, step: str, group: Group, members: Sequence[Member]) -> Json:
        """Without members: they come after, in batches."""
        body = {
            "schemas": [GROUP, ADSCIM],
            "externalId": str(uuid.UUID(group.key)),
            "displayName": group.name,
            "meta": {"resourceType": "Group"},
        }
        made = await client.send(step, "POST", "/Groups", body, expect=(201,))
        await self._each_batch(client, step, group.number, str(made.get("id")), "Add", members)
        return made

    async def move(
        self, client: Client, step: str, group: Group, *, joined: Sequence[Member], left: Sequence[Member],
        members: Sequence[Member], expect: tuple[int, ...] = DONE,
    ) -> Json:  # fmt: skip
        answer = await self._each_batch(client, step, group.number, group.id, "Add", joined, expect=expect)
        return await self._each_batch(client, step, group.number, group.id, "Remove", left, expect=expect) or answer

    async def rename(self, client: Client, step: str, group: Group, name: str, members: Sequence[Member]) -> None:
        operation: Json = {"op": "Replace", "path": "displayName", "value": name}
        if _has_flag(group.number):
            operation = {"op": "replace", "value": {"displayName": name}}
        await patch(client, step, f"/Groups/{group.id}", [operation])

    async def replace(self, client: Client, step: str, group: Group, members: Sequence[Member]) -> None:
        """As the validator does it."""
        operation = {"op": "replace", "path": "members", "value": [{"value": member.id} for member in members]}
        await patch(client, step, f"/Groups/{group.id}", [operation])

    async def empty(self, client: Client, step: str, group: Group, left: Sequence[Member]) -> None:
        await self._each_batch(client, step, group.number, group.id, "Remove", left)

    async def _each_batch(
        self, client: Client, step: str, number: int, id: str, op: str, members: Sequence[Member], *,
        expect: tuple[int, ...] = DONE,
    ) -> Json:  # fmt: skip
        answer: Json = {}
        for start in range(0, len(members), _BATCH):
            batch = members[start : start + _BATCH]
            operations: list[Json]
            if op == "Remove" and _has_flag(number):
                operations = [{"op": "remove", "path": f"members[value eq {text(member.id)}]"} for member in batch]
            else:
                listed = [{"$ref": None, "value": member.id} for member in batch]
                operations = [{"op": op.lower() if _has_flag(number) else op, "path": "members", "value": listed}]
            answer = await patch(client, step, f"/Groups/{id}", operations, expect=expect)
        return answer


def _has_flag(number: int) -> bool:
    """Whether this one is provisioned as by a job with aadOptscim062020."""
    return number % 2 == 1


def _where(attribute: str, value: str) -> str:
    return f"filter={quote_plus(f'{attribute} eq {text(value)}')}"


def _mapped(person: Person) -> dict[str, str | None]:
    """The attribute mappings: each target and its value, as far as it ever changes."""
    return {
        "userName": person.user_name,
        'emails[type eq "work"].value': person.email,
        "name.familyName": person.family_name,
        "name.formatted": person.display_name,
        "displayName": person.display_name,
        "title": person.title,
        'phoneNumbers[type eq "mobile"].value': person.mobile,
        f"{ENTERPRISE}:department": person.department,
        f"{ENTERPRISE}:division": person.division,
        _MANAGER: person.manager_id,
    }


def _operations(before: Person, after: Person) -> Iterator[Json]:
    old, new = _mapped(before), _mapped(after)
    changed = {path: value for path, value in new.items() if value != old[path]}
    if _MANAGER in changed:
        yield _manager(changed.pop(_MANAGER), had_one=old[_MANAGER] is not None, number=after.number)
    # A value of null is not provisioned; an attribute that has lost its value is replaced with an empty text.
    values = {path: value or "" for path, value in changed.items()}
    if not _has_flag(after.number):
        for path, value in values.items():
            yield {"op": "Add" if old[path] is None else "Replace", "path": path, "value": value}
        return
    for path in [path for path in values if "[" in path]:
        yield {"op": "replace", "path": path, "value": values.pop(path)}
    if values:
        yield {"op": "replace", "value": values}


def _manager(id: str | None, *, had_one: bool, number: int) -> Json:
    """One of the forms in use: by number, so that all of them are heard."""
    if id is None:
        return (
            {"op": "Replace", "path": _MANAGER, "value": ""},
            {"op": "replace", "path": _MANAGER, "value": {"value": ""}},
            {"op": "Remove", "path": _MANAGER},
        )[number % 3]
    if number % 3 == 0:  # the oldest form
        return {"op": "Add", "path": "manager", "value": [{"$ref": f"../Users/{id}", "value": id}]}
    return {"op": "Replace" if had_one else "Add", "path": _MANAGER, "value": id}
