"""schemathesis over the schema: every query and every mutation, with values of its own making, on a real server.

A bounded dose, the same at every run. What it draws is mostly refused, as it knows nothing of what is there; no answer
may be the server's fault.
"""

from __future__ import annotations

import asyncio
from collections import Counter

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes

from tests.doses import dose
from tests.processes import muster
from tests.web.serving import Instance

EMAIL = "root@muster.example"
QUERIES, MUTATION = dose(25, 400), dose(2, 20)
"""Cases of each field of the two roots."""

SCALARS = {
    "ISO8601DateTime": st.sampled_from(["2026-03-01T12:00:00Z", "2026-03-01", "soon"]).map(nodes.String),
    "JSON": st.one_of(st.integers(-9, 9).map(nodes.Int), st.text(max_size=9).map(nodes.String)),
    "JSONSchema": st.sampled_from(["object", "{}"]).map(nodes.String),
    "JsonString": st.sampled_from(['"text"', "1", "{", "null"]).map(nodes.String),
}


async def test_nothing_that_the_schema_allows_is_an_error_of_ours(instance: Instance) -> None:
    await muster("user", "create", "--email", EMAIL, "--role", "admin", environment=instance.environment)
    token = await muster("token", "create", "--user", EMAIL, "--scope", "write", environment=instance.environment)
    outcomes = await asyncio.to_thread(_all_cases, f"{instance.url}/graphql", token.strip())
    assert outcomes["answered"] > 20, outcomes
    assert not outcomes["INTERNAL"], outcomes


def _all_cases(url: str, token: str) -> Counter[str]:
    """Every operation carried out; how often it was answered, and each code."""
    headers = {"Authorization": f"Bearer {token}"}
    for name, values in SCALARS.items():
        schemathesis.graphql.scalar(name, values)
    schema = schemathesis.graphql.from_url(url, headers=headers)
    outcomes: Counter[str] = Counter()
    for found in schema.get_all_operations():
        operation = found.ok()
        mutates = operation.definition.is_mutation

        @settings(
            max_examples=MUTATION if mutates else QUERIES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def carried_out(case: schemathesis.Case) -> None:
            answer = case.call(headers=headers, timeout=30)
            assert answer.status_code < 500, (case.body, answer.text)
            told = answer.json()
            codes = [error["extensions"]["code"] for error in told.get("errors", [])]
            assert "INTERNAL" not in codes, (case.body, told)
            outcomes.update(codes or ["answered"])

        carried_out()
    return outcomes
