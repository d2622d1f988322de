"""What becomes of people: they join, move, marry, change managers, leave, and some come back."""

from __future__ import annotations

from web.rehearsal.client import Failed
from web.rehearsal.directory import State
from web.rehearsal.stage import Stage

_LED = 8
"""How many people report to one."""

CREATE = "match and create people"
CREATE_AGAIN = "create again (409)"
READ = "read people back"
UPDATE = "update people"
RENAME = "rename people"
GIVE_MANAGERS = "give managers"
CLEAR = "clear what they had"
DEACTIVATE = "deactivate people"
REACTIVATE = "reactivate people"
DELETE_LEAVERS = "delete leavers"
DELETE = "delete people"


class UserLife:
    """The steps of people, in the order in which they are written."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._client, self._style, self._directory = stage.client, stage.style, stage.directory
        self._differences = stage.differences

    async def join(self) -> None:
        """Everybody is looked for and created, those who lead others first; then duplicates are tried."""
        everybody = range(self._directory.size)
        leads = -(-len(everybody) // _LED)
        await self._stage.each(CREATE, everybody[:leads], self._create)
        await self._stage.each(CREATE, everybody[leads:], self._create_led)
        known = self._directory.known()
        await self._stage.each(CREATE_AGAIN, known[::20], self._create_again)
        await self._stage.each(READ, known, self._read)

    async def move(self) -> None:
        """New jobs, new names and addresses, new managers; some lose a title, a telephone and a manager."""
        known = self._directory.known()
        await self._stage.each(UPDATE, [n for n in known if n % 3 == 0], self._update)
        await self._stage.each(RENAME, [n for n in known if n % 7 == 0], self._rename)
        await self._stage.each(GIVE_MANAGERS, [n for n in known if n % 4 < 2], self._give_manager)
        await self._stage.each(CLEAR, [n for n in known if n % 6 == 0], self._clear)

    async def leave(self) -> None:
        """Some are deactivated, and half of them come back as the same."""
        known = self._directory.known()
        await self._stage.each(DEACTIVATE, [n for n in known if n % 5 == 0], self._deactivate)
        await self._stage.each(REACTIVATE, [n for n in known if n % 10 == 0], self._reactivate)

    async def delete_leavers(self) -> None:
        """Who left and did not come back is deleted, as Entra does after thirty days."""
        gone = [n for n in self._directory.known() if State.INACTIVE in self._directory.state(n)]
        await self._stage.each(DELETE_LEAVERS, gone, self._delete_leaver)

    async def delete(self) -> None:
        """Nobody is left."""
        await self._stage.each(DELETE, self._directory.known(), self._delete)

    async def _create(self, number: int) -> None:
        person = self._directory.person(number)
        if await self._stage.found(CREATE, "/Users", self._style.user_query(person)):
            self._differences.add(f"{person.user_name}: somebody is there already", "not new")
        made = await self._client.send(CREATE, "POST", "/Users", self._style.new_user(person), expect=(201,))
        if not made:  # it was, at a first try that was not answered
            matches = await self._stage.found(CREATE, "/Users", self._style.user_query(person))
            made = matches[0] if matches else {}
        if not isinstance(made.get("id"), str) or not made["id"]:
            self._client.steps[CREATE].fail("POST /Users: the answer has no id")
            raise Failed("no id")
        self._directory.created(number, made["id"])
        person = self._directory.person(number)
        self._differences.user(person, self._style.profile(person), made)

    async def _create_led(self, number: int) -> None:
        if number % 4 == 2:
            self._directory.remember(number, State(0), manager=number // _LED)
        await self._create(number)

    async def _create_again(self, number: int) -> None:
        person = self._directory.person(number)
        body = self._style.new_user(person)
        refusal = await self._client.send(CREATE_AGAIN, "POST", "/Users", body, expect=(409,))
        self._differences.scim_type(f"A second {person.user_name}", "uniqueness", refusal)
        query = self._style.same_user_query(person)
        await self._stage.expect_one(CREATE_AGAIN, "/Users", query, person.id, person.user_name)

    async def _read(self, number: int) -> None:
        person = self._directory.person(number)
        found = await self._client.send(READ, "GET", f"/Users/{person.id}")
        self._differences.user(person, self._style.profile(person), found)

    async def _update(self, number: int) -> None:
        await self._change(UPDATE, number, self._directory.state(number) | State.MOVED)

    async def _rename(self, number: int) -> None:
        await self._change(RENAME, number, self._directory.state(number) | State.RENAMED)

    async def _give_manager(self, number: int) -> None:
        now = self._directory.manager(number)
        manager = (number + 1) // _LED if now < 0 else (now + 1) // 2
        if manager != number and self._directory.is_known(manager):
            await self._change(GIVE_MANAGERS, number, self._directory.state(number), manager=manager)

    async def _clear(self, number: int) -> None:
        await self._change(CLEAR, number, self._directory.state(number) | State.CLEARED, manager=-1)

    async def _change(self, step: str, number: int, state: State, *, manager: int | None = None) -> None:
        reports_to = self._directory.manager(number) if manager is None else manager
        before, after = self._directory.person(number), self._directory.person_as(number, state, manager=reports_to)
        if before == after:
            return
        answer = await self._style.update(self._client, step, before, after)
        self._directory.remember(number, state, manager=reports_to)
        # An answer to a PATCH may be empty (RFC 7644 §3.5.2); then the import tells.
        if answer:
            self._differences.user(after, self._style.profile(after), answer)

    async def _deactivate(self, number: int) -> None:
        await self._set_active(DEACTIVATE, number, self._directory.state(number) | State.INACTIVE)

    async def _reactivate(self, number: int) -> None:
        """Found by the filter though deactivated, and under the same id."""
        person = self._directory.person(number)
        query = self._style.user_query(person)
        await self._stage.expect_one(REACTIVATE, "/Users", query, person.id, person.user_name)
        await self._set_active(REACTIVATE, number, self._directory.state(number) & ~State.INACTIVE)

    async def _set_active(self, step: str, number: int, state: State) -> None:
        manager = self._directory.manager(number)
        await self._style.set_active(self._client, step, self._directory.person_as(number, state, manager=manager))
        self._directory.remember(number, state, manager=manager)
        person = self._directory.person(number)
        found = await self._client.send(step, "GET", f"/Users/{person.id}")
        self._differences.user(person, self._style.profile(person), found)

    async def _delete_leaver(self, number: int) -> None:
        person = self._directory.person(number)
        path = f"/Users/{person.id}"
        await self._client.send(DELETE_LEAVERS, "DELETE", path, expect=(204,))
        self._directory.forget(number)
        await self._client.send(DELETE_LEAVERS, "GET", path, expect=(404,))
        await self._client.send(DELETE_LEAVERS, "DELETE", path, expect=(404,))
        if await self._stage.found(DELETE_LEAVERS, "/Users", self._style.user_query(person)):
            self._differences.add(f"{person.user_name}: is found after being deleted", "not deleted")

    async def _delete(self, number: int) -> None:
        await self._stage.delete(DELETE, f"/Users/{self._directory.person(number).id}")
