"""What callers are told of errors: the catalog's and their own in words and codes; ours masked, with an id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import structlog
from graphql import GraphQLError, build_schema, graphql_sync, parse

from catalog import errors
from catalog.errors import CatalogError
from catalog.ids import new_id
from graphql_api.errors import INTERNAL, INVALID_REQUEST, SYNTAX_ERROR, Problem, problem, shown, status
from graphql_api.limits import Refused

SCHEMA = build_schema("type Query { team(id: ID!, size: Int): Int  sure: Int! }")

ONE_OF_EACH: list[CatalogError] = [
    errors.NotFound("team", "payments"),
    errors.AlreadyTaken("team", "alias", "payments"),
    errors.WaitsToBeLinked("team", "Payments", new_id(), owner="Okta", external_id="1", taken=True),
    errors.NotPermitted("This needs the scope 'write'."),
    errors.Unauthenticated("unknown", "This is not a token of Muster."),
    errors.Managed("team", "name", "Okta"),
    errors.Invalid("name", "it is blank."),
    errors.VersionMismatch(7, 8),
    errors.KeyReused(),
    errors.InProgress(),
    errors.AnswerLost(),
    errors.TooManyRequests(3),
    errors.Unavailable("The database can't be reached."),
]


def asked(text: str, raises: Exception | None = None, value: Any = None, **variables: Any) -> list[dict[str, Any]]:
    """The errors of an answer, as they are shown, where the resolver raises or gives this."""

    def resolve(*_: Any, **__: Any) -> Any:
        if raises is not None:
            raise raises
        return value

    root = {"team": resolve, "sure": resolve}
    answer = graphql_sync(SCHEMA, text, root, variable_values=variables)
    return [shown(error, "c0ffee") for error in answer.errors or []]


def test_the_catalogs_errors_are_told_in_its_own_words_with_their_place_and_code() -> None:
    (error,) = asked('{team(id:"x")}', errors.NotFound("team", "x"))
    assert error == {
        "message": "There is no team 'x'.",
        "locations": [{"line": 1, "column": 2}],
        "path": ["team"],
        "extensions": {"code": "NOT_FOUND", "requestId": "c0ffee"},
    }


@pytest.mark.parametrize(
    ("text", "variables", "code", "words"),
    [
        ("{team(id:1)", {}, SYNTAX_ERROR, "Expected Name"),
        ("{temas}", {}, INVALID_REQUEST, "Did you mean 'team'?"),
        ("query($n:Int){team(id:1,size:$n)}", {"n": "many"}, INVALID_REQUEST, "Int cannot represent"),
        ("query($id:ID!){team(id:$id)}", {}, INVALID_REQUEST, "to be provided"),
    ],
)
def test_what_the_caller_got_wrong_is_told(text: str, variables: dict[str, Any], code: str, words: str) -> None:
    (error,) = asked(text, **variables)
    assert error["extensions"]["code"] == code
    assert words in error["message"]


@pytest.mark.parametrize(
    ("text", "raises", "value"),
    [
        ("{team(id:1)}", RuntimeError("password=hunter2"), None),
        ("{team(id:1)}", KeyError("hunter2"), None),
        ("{team(id:1)}", GraphQLError("hunter2", original_error=ValueError("hunter2")), None),
        ("{team(id:1)}", None, "hunter2"),
        ("{sure}", None, None),
    ],
    ids=["an error", "another", "a wrapped one", "a value that is no number", "a null that must not be"],
)
def test_what_nobody_foresaw_is_masked_and_logged_once(text: str, raises: Exception | None, value: Any) -> None:
    with structlog.testing.capture_logs() as logs:
        (error,) = asked(text, raises, value)
    assert error["extensions"]["code"] == INTERNAL
    assert error["message"] == "Something went wrong on our side; the log has it as the request c0ffee."
    assert error["path"] == [text.strip("{}").partition("(")[0]]
    (logged,) = logs
    assert logged["request_id"] == "c0ffee"
    assert isinstance(logged["exc_info"], Exception)


def test_what_is_told_is_logged_nowhere() -> None:
    with structlog.testing.capture_logs() as logs:
        asked("{team(id:1)}", errors.Unavailable("The database is away."))
        asked("{temas}")
    assert logs == []


def test_a_message_that_repeats_a_long_value_is_cut() -> None:
    (error,) = asked("query($n:Int){team(id:1,size:$n)}", n="9" * 60_000)
    assert len(error["message"]) <= 501


def test_a_refusal_of_the_gate_has_the_gates_code() -> None:
    wrapped = GraphQLError("", original_error=Refused("TOO_COSTLY", "The answer could have too many values."))
    assert shown(wrapped, None)["extensions"]["code"] == "TOO_COSTLY"
    assert shown(wrapped, None)["message"] == "The answer could have too many values."


# --- codes ----------------------------------------------------------------------------------------------------------


def subclasses(root: type[CatalogError]) -> set[type[CatalogError]]:
    return {root}.union(*map(subclasses, root.__subclasses__()))


def test_every_error_of_the_catalog_has_a_code_that_says_more_than_that_it_is_one() -> None:
    codes = {kind.code for kind in subclasses(CatalogError) - {CatalogError}}
    assert not {CatalogError.code, INTERNAL, INVALID_REQUEST, SYNTAX_ERROR} & codes


@pytest.mark.parametrize("refused", ONE_OF_EACH, ids=lambda refused: type(refused).__name__)
def test_every_error_of_the_catalog_is_shown_by_its_code(refused: CatalogError) -> None:
    (error,) = asked("{team(id:1)}", refused)
    assert error["extensions"]["code"] == refused.code
    assert error["message"] == str(refused)


# --- payloads -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refused", "names", "path"),
    [
        (errors.Invalid("name", "it is blank."), {}, ["name"]),
        (errors.Invalid("manager_email", "it is no address."), {}, ["managerEmail"]),
        (errors.Invalid("members.1.email", "it is no address."), {}, ["members", "1", "email"]),
        (errors.AlreadyTaken("user", "user_name", "ada"), {"user_name": "email"}, ["email"]),
        (errors.Managed("team", "name", "Okta"), {}, ["name"]),
        (errors.NotFound("user", "ada"), {"user": "managerEmail"}, ["managerEmail"]),
        (errors.NotFound("user", "ada"), {"team": "teamId"}, ["base"]),
        (errors.NotFound("user", "ada"), None, ["base"]),
        (errors.VersionMismatch(7, 8), {}, ["base"]),
        (errors.NotPermitted("This needs the scope 'write'."), {}, ["base"]),
    ],
)
def test_a_payload_says_which_of_the_input_was_refused(
    refused: CatalogError, names: dict[str, str] | None, path: list[str]
) -> None:
    assert problem(refused, names) == Problem(str(refused), path, refused.code)


@pytest.mark.parametrize("refused", ONE_OF_EACH, ids=lambda refused: type(refused).__name__)
def test_what_says_nothing_of_the_input_is_no_part_of_a_payload(refused: CatalogError) -> None:
    whole_answer = {"UNAUTHENTICATED", "TOO_MANY_REQUESTS", "UNAVAILABLE"}
    whole_answer |= {"IDEMPOTENCY_KEY_REUSED", "IN_PROGRESS", "ANSWER_LOST"}
    if refused.code in whole_answer:
        with pytest.raises(type(refused)):
            problem(refused)
    else:
        assert problem(refused).code == refused.code


def test_each_refusal_of_a_whole_request_has_its_status() -> None:
    assert {refused.code: status(refused) for refused in ONE_OF_EACH if status(refused) != 400} == {
        "UNAUTHENTICATED": 401,
        "NOT_PERMITTED": 403,
        "MANAGED": 403,
        "IN_PROGRESS": 409,
        "ANSWER_LOST": 409,
        "IDEMPOTENCY_KEY_REUSED": 422,
        "TOO_MANY_REQUESTS": 429,
        "UNAVAILABLE": 503,
    }


def test_a_document_that_is_refused_by_its_text_has_no_path() -> None:
    with pytest.raises(GraphQLError) as refused:
        parse("{")
    told = shown(refused.value, "c0ffee")
    assert "path" not in told
    assert told["locations"] == [{"line": 1, "column": 2}]


def test_the_guide_has_every_code() -> None:
    guide = (Path(__file__).parents[2] / "docs/graphql-limits.md").read_text(encoding="utf-8")
    codes = {refused.code for refused in ONE_OF_EACH} | {INTERNAL, INVALID_REQUEST, SYNTAX_ERROR}
    assert not {code for code in codes if f"`{code}`" not in guide}
