"""G19: how long it takes to refuse a secret tells nothing of the right one."""

import ast
import re
import statistics
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from random import Random
from time import perf_counter_ns

import pytest

from catalog import minting
from catalog.actors import Actor
from catalog.changes import change
from catalog.engines import Database
from catalog.errors import Unauthenticated
from catalog.models import Integration
from catalog.services import tokens
from tests.doses import dose
from tests.guarantees.ledger import Ledger
from tests.test_architecture import PACKAGES, named, tracked, tree

# --- in the code ----------------------------------------------------------------------------------------------------

STOPPING_EARLY = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)
SECRET = re.compile(
    r"(^|_)(secrets?|tokens?|passwords?|cookies?|digests?|hash(es|_in)?|nonces?|verifiers?|tickets?|proofs?)$"
)
"""What a secret, or what is kept of one, is called in our code."""

COMPARED_AS_ANYTHING_IS = {
    ("catalog/services/idempotency.py", "found['body_digest'] != body_digest"): "of a request's body",
    ("catalog/services/passwords.py", "known.hash != proven"): "both are ours: is the password another one since?",
    ("catalog/services/sign_in.py", "await passwords.hash_in(this, user.id) != proven.hash"): "the same",
    ("web/building.py", "built_from.read_text() == self.digest()"): "of the UI's sources",
}


def test_g19_no_secret_is_compared_in_a_time_that_tells_of_it() -> None:
    modules = tracked(*(f"{package}/*.py" for package in PACKAGES))
    found = {(named(path), what) for path in modules for what in compared(tree(path))}
    assert not found - set(COMPARED_AS_ANYTHING_IS), "there are minting.is_of and hmac.compare_digest"
    assert not set(COMPARED_AS_ANYTHING_IS) - found, "no exception is without a need"


@pytest.mark.parametrize("code", ["row.digest == minting.digest(secret)", "token in known", 'sent["nonce"] != nonce'])
def test_g19_who_compares_a_secret_as_anything_else_is_noticed(code: str) -> None:
    assert list(compared(ast.parse(code))) == [ast.unparse(ast.parse(code))]


def compared(module: ast.Module) -> Iterator[str]:
    """The comparisons that end at the first difference, with a secret or what is kept of one on a side."""
    for node in ast.walk(module):
        if isinstance(node, ast.Compare) and any(isinstance(how, STOPPING_EARLY) for how in node.ops):
            sides = [node.left, *node.comparators]
            parts = [part for side in sides for part in (side.elts if isinstance(side, ast.Tuple) else [side])]
            if any(SECRET.search(called(part)) for part in parts):
                yield ast.unparse(node)


def called(value: ast.expr) -> str:
    """The last name that is said: `digest` of `row.digest`, of `row["digest"]` and of `minting.digest(secret)`."""
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Call(func=inner) | ast.Await(value=inner):
            return called(inner)
    return ""


# --- by the clock ---------------------------------------------------------------------------------------------------

ROUNDS = dose(300, 20_000)
TELLS = 4.5
"""Of Welch's t: beyond it, it is no chance (Reparaz, Balasch, Verbauwhede: Dude, is my code constant time?, 2017)."""
TRIES = 3
"""What is no chance is there again; what else the machine did is not."""
ORDINARY = 0.8
"""The others were kept waiting by something else."""

Try = Callable[[str], Awaitable[None]]


async def difference(attempt: Try, chance: Random, secret: str) -> float:
    """Welch's t between refusing what is like the secret from the beginning on, and what is not."""
    took: dict[bool, list[int]] = {True: [], False: []}
    for _ in range(ROUNDS):
        # Both are made before either is tried: what was just done has an effect on what comes next.
        others = {True: like(secret, chance), False: like(minting.mint("scim"), chance)}
        for is_alike in chance.sample([True, False], 2):
            begun = perf_counter_ns()
            await attempt(others[is_alike])
            took[is_alike].append(perf_counter_ns() - begun)
    longest = sorted(took[True] + took[False])[int(2 * ROUNDS * ORDINARY)]
    alike, not_alike = ([each for each in times if each <= longest] for times in (took[True], took[False]))
    spread = statistics.variance(alike) / len(alike) + statistics.variance(not_alike) / len(not_alike)
    return float((statistics.fmean(alike) - statistics.fmean(not_alike)) / spread**0.5)


def like(secret: str, chance: Random) -> str:
    """Another one that differs in the last of its random characters, and in the check digits that follow from them."""
    body = secret[: -minting.CHECK_CHARACTERS]
    body = body[:-1] + chance.choice([each for each in minting._ALPHABET if each != body[-1]])
    return body + minting._check(body)


async def test_g19_a_token_that_is_nearly_right_is_refused_as_fast_as_any_other(
    db: Database, actor: Actor, integration: Integration, ledger: Ledger
) -> None:
    async with change(actor) as this:
        _, secret = await tokens.create_for_integration(this, integration, name="Okta")
    assert minting.plausible(like(secret, Random(1)))

    async def recognise(other: str) -> None:
        with pytest.raises(Unauthenticated):
            await tokens.recognise(other)

    found = [await difference(recognise, Random(number), secret) for number in range(TRIES)]
    least = min(found, key=abs)
    ledger(rounds=ROUNDS, least_t_of_three=round(least, 1), tells_above=TELLS)
    assert abs(least) < TELLS, found


async def test_g19_a_comparison_that_stops_at_the_first_difference_tells_of_it() -> None:
    secret = minting.mint("scim")

    async def compare(other: str) -> None:
        with suppress(StopIteration):
            next(None for ours, theirs in zip(secret, other, strict=True) if ours != theirs)

    assert abs(await difference(compare, Random(1), secret)) > TELLS
