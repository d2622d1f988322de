"""What leads to a person is found however it is spelt, and what may be somebody else's is left to them."""

from urllib.parse import quote, quote_plus

import pytest

from catalog.personal import NAME
from catalog.traces import Traces

ZOE = Traces(["Zoë.Quixote@lovelace.dev", "qx-7731", "admin"], ["Zoë Quixote"])


@pytest.mark.parametrize(
    "text",
    [
        "/Users?filter=" + quote('userName eq "zoë.quixote@lovelace.dev"'),
        "/Users?filter=" + quote_plus('externalId eq "qx-7731"'),
        '{"userName": "Zo\\u00eb.Quixote@lovelace.dev"}'.lower(),
        '{"display": "zoë quixote"}',
        "/Users?filter=userName+eq+%22admin%22",
    ],
)
def test_a_needle_is_in_every_spelling(text: str) -> None:
    assert [needle for needle in ZOE.needles(with_names=True) if needle in text.lower()]


@pytest.mark.parametrize("text", ['{"role": "standards_admin"}', "/Users?filter=userName+eq+%22zoe%22", "qx-773"])
def test_no_needle_is_in_what_is_not_theirs(text: str) -> None:
    assert not [needle for needle in ZOE.needles(with_names=True) if needle in text.lower()]


def test_a_document_loses_what_is_theirs_alone_and_keeps_what_may_be_anothers() -> None:
    told = {"recipient": "Ask zoë.quixote@lovelace.dev", "role": "admin", "sender": "Zoë Quixote", "n": [1, "qx-7731"]}
    assert ZOE.out_of(told) == {"recipient": NAME, "role": "admin", "sender": "Zoë Quixote", "n": [1, NAME]}
    assert ZOE.out_of("Zoë Quixote", with_names=True) == NAME
    assert ZOE.out_of("Zoë Quixote's team", with_names=True) == "Zoë Quixote's team"


def test_nothing_leads_to_a_person_of_whom_nothing_is_known() -> None:
    assert Traces([None, "", " "]).needles(with_names=True) == []
    assert not Traces([]).are_in("anything")
