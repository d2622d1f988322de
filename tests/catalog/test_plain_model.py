"""A row is made of its columns."""

from uuid import uuid4

import pytest

from catalog.models import OutboxMessage


def test_a_column_that_is_left_out_has_its_default() -> None:
    letter = OutboxMessage(letter="Welcome")
    assert (letter.letter, letter.state, letter.attempts, letter.sent_at) == ("Welcome", "waiting", 0, None)


def test_a_default_that_can_be_altered_is_each_rows_own() -> None:
    one, other = OutboxMessage(), OutboxMessage()
    one.facts["name"] = "Ada"
    assert other.facts == {}


def test_a_name_that_is_no_column_is_refused() -> None:
    with pytest.raises(TypeError, match="OutboxMessage has no adress"):
        OutboxMessage(id=uuid4(), adress="ada@lovelace.example")
