"""Who asks, carried from one request to the next."""

from dataclasses import fields, replace
from typing import Any

from catalog.actors import Actor


def test_an_actor_during_a_request_is_the_same_in_all_else() -> None:
    everything: dict[str, Any] = {field.name: object() for field in fields(Actor)}
    actor = Actor(**everything)
    assert actor.during("a request") == replace(actor, request_id="a request")
