"""The gate before validation: what passes, what is refused and why, in time that follows the document's length."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSyntaxError, build_schema, get_introspection_query
from hypothesis import given, settings
from hypothesis import strategies as st

from graphql_api.limits import LIMITS, Cost, Limits, Refused, check, mistakes, parse
from tests.doses import dose

MOST_S = 0.25
"""CPU time that the worst document may take, with a wide margin."""

PAGE_INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount"
CONTACTS = "contacts { id address displayName displayType externalId isDefault type }"
TAGS = f"tags {{ nodes {{ id key value }} {PAGE_INFO} }}"
MEMBERSHIPS = f"memberships {{ nodes {{ role team {{ alias id }} user {{ id email }} }} {PAGE_INFO} }}"

TEAMS = f"""
    query TeamList($after: String!, $first: Int!) {{
      account {{
        teams(after: $after, first: $first) {{
          nodes {{
            alias id aliases managedAliases {CONTACTS} htmlUrl manager {{ id email htmlUrl name role }} {MEMBERSHIPS}
            name parentTeam {{ alias id }} responsibilities {TAGS}
          }}
          {PAGE_INFO}
        }}
      }}
    }}
"""
USERS = f"""
    query UserList($after: String!, $first: Int!) {{
      account {{
        users(after: $after, first: $first, filter: [{{key: deactivated_at, type: equals}}]) {{
          nodes {{
            id email name htmlUrl role provisionedBy {CONTACTS} {TAGS} teams {{ nodes {{ id alias }} {PAGE_INFO} }}
          }}
          {PAGE_INFO}
        }}
      }}
    }}
"""
ANALYST = "{account{teams(first:100){nodes{name memberships{nodes{role user{name email}}}}}}}"


def weigh(text: str, variables: dict[str, Any] | None = None, limits: Limits = LIMITS) -> Cost:
    return check(parse(text, limits), variables, limits=limits)


def refusal(text: str, variables: dict[str, Any] | None = None, limits: Limits = LIMITS) -> str:
    with pytest.raises(Refused) as refused:
        weigh(text, variables, limits)
    assert refused.value.message.endswith("."), refused.value.message
    assert len(refused.value.message) < 300
    return refused.value.code


# --- what passes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        pytest.param("{account{id}}", {}, id="the reference client's first question"),
        pytest.param(TEAMS, {"first": 500, "after": ""}, id="its teams, 500 to a page"),
        pytest.param(USERS, {"first": 500, "after": ""}, id="its users, 500 to a page"),
        pytest.param(ANALYST, {}, id="a hundred teams with their members"),
        pytest.param(get_introspection_query(), {}, id="introspection"),
        pytest.param(
            get_introspection_query(
                specified_by_url=True,
                directive_is_repeatable=True,
                schema_description=True,
                input_value_deprecation=True,
            ),
            {},
            id="introspection with everything",
        ),
        pytest.param("{account{" + " ".join(f"a{n}:user(id:{n}){{id}}" for n in range(30)) + "}}", {}, id="30 aliases"),
        pytest.param("{" + "a{" * 9 + "b" + "}" * 10, {}, id="10 fields deep"),
        pytest.param('{a(text: "{{{{ [[[[ \\" }}")' + " b" * 5 + "}", {}, id="brackets in a text"),
        pytest.param('{a(text: """ [ \\""" { """)}', {}, id="brackets in a long text"),
        pytest.param("{a} # " + "{" * 500, {}, id="brackets in a comment"),
    ],
)
def test_what_people_and_their_programs_ask_passes(document: str, variables: dict[str, Any]) -> None:
    weigh(document, variables)


# --- what is refused ------------------------------------------------------------------------------------------------


def nested_spreads(number: int, inside: str = "id") -> str:
    """Each fragment spreads the next one twice."""
    chain = "".join(f" fragment F{n} on Account {{...F{n + 1} ...F{n + 1}}}" for n in range(number))
    return f"{{account{{...F0}}}}{chain} fragment F{number} on Account {{{inside}}}"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        pytest.param("{a}" + " " * 65_536, "DOCUMENT_TOO_LARGE", id="65,539 bytes"),
        pytest.param('{a(t:"' + "é" * 33_000 + '")}', "DOCUMENT_TOO_LARGE", id="fewer characters than bytes"),
        pytest.param("{" + "a " * 2_000 + "}", "TOO_MANY_TOKENS", id="2,002 tokens"),
        pytest.param("{a}" + "\n#" * 2_000, "TOO_MANY_TOKENS", id="2,000 comments"),
        pytest.param("{a(x:" + "[" * 31 + "]" * 31 + ")}", "TOO_DEEP", id="lists within lists"),
        pytest.param("{a(x:" + "{a:" * 31 + "1" + "}" * 31 + ")}", "TOO_DEEP", id="objects within objects"),
        pytest.param("query($v:" + "[" * 32 + "Int" + "]" * 32 + "){a}", "TOO_DEEP", id="types within types"),
        pytest.param("{" + "...{" * 32 + "a" + "}" * 33, "TOO_DEEP", id="inline fragments within one another"),
        pytest.param("{" + "a{" * 10 + "b" + "}" * 11, "TOO_DEEP", id="11 fields deep"),
        pytest.param("{a{...F}} fragment F on T {" + "a{" * 9 + "b" + "}" * 10, "TOO_DEEP", id="deep by a fragment"),
        pytest.param("{a} fragment F on T {" + "a{" * 10 + "b" + "}" * 11, "TOO_DEEP", id="deep where nothing spreads"),
        pytest.param("{" + "a " * 301 + "}", "TOO_MANY_FIELDS", id="301 fields"),
        pytest.param("{" + "...F " * 30 + "} fragment F on T {" + "a " * 10 + "}", "TOO_MANY_FIELDS", id="30 times 11"),
        pytest.param("{a} fragment F on T {" + "a " * 301 + "}", "TOO_MANY_FIELDS", id="301 where nothing spreads"),
        pytest.param("{__schema{" + "a " * 600 + "}}", "TOO_MANY_FIELDS", id="601 fields about the schema"),
        pytest.param(nested_spreads(25), "TOO_MANY_FIELDS", id="2 to the power of 25"),
        pytest.param(nested_spreads(25, ""), "TOO_MANY_FIELDS", id="2 to the power of 25 times nothing"),
        pytest.param("{" + "".join(f"a{n}:b " for n in range(31)) + "}", "TOO_MANY_ALIASES", id="31 aliases"),
        pytest.param(
            "{" + "...F " * 4 + "} fragment F on T {" + "".join(f"a{n}:b " for n in range(8)) + "}",
            "TOO_MANY_ALIASES",
            id="8 aliases, 4 times",
        ),
        pytest.param("{" + "a(x:1) " * 51 + "}", "TOO_MANY_FIELDS", id="51 of one name with arguments"),
        pytest.param("{" + "a{b} " * 51 + "}", "TOO_MANY_FIELDS", id="51 of one name with fields"),
        pytest.param("{a " + "@b " * 51 + "}", "TOO_MANY_DIRECTIVES", id="51 directives on a field"),
        pytest.param("query " + "@b " * 51 + "{a}", "TOO_MANY_DIRECTIVES", id="51 directives on an operation"),
        pytest.param(
            "query(" + "".join(f"$v{n}:Int @b " for n in range(51)) + "){a}",
            "TOO_MANY_DIRECTIVES",
            id="51 directives on variables",
        ),
        pytest.param("{" + "... @b {a} " * 26 + "...F @b @b @b} fragment F on T " + "@b " * 25 + "{a}",
                     "TOO_MANY_DIRECTIVES", id="51 directives on fragments"),
        pytest.param("{" + "...{a} " * 31 + "}", "TOO_MANY_FRAGMENTS", id="31 inline fragments"),
        pytest.param(
            "{a}" + "".join(f" fragment F{n} on T{{a}}" for n in range(31)), "TOO_MANY_FRAGMENTS", id="31 fragments"
        ),
        pytest.param(" ".join(f"query Q{n}{{a}}" for n in range(21)), "TOO_MANY_OPERATIONS", id="21 operations"),
        pytest.param("{...F} fragment F on T{...F}", "INVALID_DOCUMENT", id="a fragment that spreads itself"),
        pytest.param(
            "{...F} fragment F on T{a{...G}} fragment G on T{...{...H}} fragment H on T{...F}",
            "INVALID_DOCUMENT",
            id="a circle of three",
        ),
        pytest.param("{a} fragment F on T{...G} fragment G on T{...F}", "INVALID_DOCUMENT", id="a circle elsewhere"),
        pytest.param("{...F} fragment F on T{a} fragment F on T{b}", "INVALID_DOCUMENT", id="two of one name"),
        pytest.param("{users(first:501){nodes{id}}}", "INVALID", id="first: 501"),
        pytest.param("{users(last:501){nodes{id}}}", "INVALID", id="last: 501"),
        pytest.param("{users(first:" + "9" * 60_000 + "){nodes{id}}}", "INVALID", id="60,000 digits"),
        pytest.param("{users(first:-1){nodes{id}}}", "INVALID", id="first: -1"),
        pytest.param("{users(first:-" + "9" * 60_000 + "){nodes{id}}}", "INVALID", id="minus 60,000 digits"),
        pytest.param("{users(first:1, first:9999){nodes{id}}}", "INVALID", id="the second of two"),
        pytest.param("{__schema{" + "types{fields{args{type{fields{name}}}}} " * 11 + "}" * 2, "TOO_COSTLY",
                     id="the schema eleven times"),
        pytest.param(
            "{users(first:500){nodes{teams(first:500){nodes{memberships(first:5){nodes{id}}}}}}}",
            "TOO_COSTLY",
            id="500 times 500 times 5",
        ),
        pytest.param("{a{nodes{b{nodes{c{nodes{d{nodes{e}}}}}}}}}", "TOO_COSTLY", id="pages that nobody gave a size"),
        pytest.param("{a{...F}} fragment F on T{nodes{b{edges{node{c{...F2}}}}}} fragment F2 on T{nodes{d{nodes{e}}}}",
                     "TOO_COSTLY", id="pages by fragments"),
    ],
)  # fmt: skip
def test_what_is_too_much_is_refused_with_a_code_and_a_sentence(document: str, code: str) -> None:
    before = process_time()
    assert refusal(document) == code
    assert process_time() - before < MOST_S


@pytest.mark.parametrize("page", [501, 10**30, 501.0, 1e300])
def test_a_page_size_in_a_variable_counts_as_one_in_the_document(page: float) -> None:
    document = "query($n:Int){users(first:$n){nodes{id}}}"
    assert refusal(document, {"n": page}) == "INVALID"
    assert weigh(document, {"n": 500}).total == 1 + 500 * 2


def test_a_variable_that_is_not_given_has_its_default() -> None:
    assert refusal("query($n:Int=501){users(first:$n){nodes{id}}}") == "INVALID"
    assert weigh("query($n:Int=7){users(first:$n){nodes{id}}}").total == 1 + 7 * 2
    assert weigh("query($n:Int=501){users(first:$n){nodes{id}}}", {"n": 7}).total == 1 + 7 * 2


@pytest.mark.parametrize("page", [None, "500", True, [9000], {"first": 9000}, 2.5, float("inf"), float("nan")])
def test_a_variable_that_is_no_page_size_is_left_to_validation(page: object) -> None:
    usual = 1 + LIMITS.page * 2
    assert weigh("query($n:Int){users(first:$n){nodes{id}}}", {"n": page}).total == usual
    assert weigh('{users(first:"9000"){nodes{id}}}').total == usual


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}])
def test_variables_within_variables_are_refused_before_they_are_coerced(wrap: Callable[[Any], Any]) -> None:
    value: Any = 1
    for _ in range(31):
        value = wrap(value)
    weigh("query($v:JSON){a(v:$v)}", {"v": value})
    assert refusal("query($v:JSON){a(v:$v)}", {"v": wrap(value)}) == "TOO_DEEP"
    for _ in range(900):
        value = wrap(value)
    assert refusal("query($v:JSON){a(v:$v)}", {"v": value}) == "TOO_DEEP"


@pytest.mark.parametrize("variables", [{"v": "a\0"}, {"v": [{"w": ["\0"]}]}, {"v": {"\0": 1}}])
def test_a_text_with_nul_in_a_variable_is_refused_as_no_database_keeps_it(variables: dict[str, Any]) -> None:
    assert refusal("query($v:JSON){a(v:$v)}", variables) == "INVALID"


@pytest.mark.parametrize("text", [r'"a\u0000"', r'"\u{0}"', r'"\u{000000}"', r'[{b:"\u0000"}]'])
def test_a_text_with_nul_in_the_document_is_refused(text: str) -> None:
    assert refusal(f"{{a(v:{text})}}") == "INVALID"
    assert refusal(f"query($v:JSON={text}){{a(v:$v)}}") == "INVALID"
    assert refusal(f"{{a{{b{{c @d(v:{text})}}}}}}") == "INVALID"


@pytest.mark.parametrize("text", [r'"\\u0000"', r'"""\u0000"""', r'"\u0041"'])
def test_a_text_that_only_looks_like_one_with_nul_passes(text: str) -> None:
    weigh(f"{{a(v:{text})}}")


def test_every_operation_must_pass_and_the_one_that_is_carried_out_is_weighed() -> None:
    document = parse("query Small {a} query Large {users {nodes {id}}}")
    assert check(document, operation_name="Small").total == 1
    assert check(document, operation_name="Large").total == 1 + 100 * 2
    assert check(document).total == 1 + 100 * 2
    with pytest.raises(Refused):
        check(parse("query Small {a} query Large {users(first:501) {nodes {id}}}"), operation_name="Small")


def test_a_document_without_an_operation_weighs_nothing() -> None:
    assert check(parse("fragment F on T {a}")) == Cost()
    assert check(parse("type T {a: Int}")) == Cost()


# --- texts that are no documents ------------------------------------------------------------------------------------

PIECES = [
    *("{", "}", "(", ")", "[", "]", "a", "query", "fragment F on T", "...", "...F", "on", "@", "$", "$v", ":", "="),
    *("1", "-1", "1.5e9", "9" * 400, '"', '"""', '\\"""', "\\", '"text"', '"\\u{1F600}"', "#", "# {[(", "\n", "\r"),
    *("\0", "\ufeff", "é", "😀", "\ud800", "\u2028", "&", "|", "%", "first:", "__schema", "true", "null", ",", "!"),
]


@settings(max_examples=dose(100, 3_000), deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join) | st.text(max_size=200))
def test_any_text_is_a_document_or_refused(text: str) -> None:
    with suppress(Refused, GraphQLError):
        check(parse(text))


@pytest.mark.parametrize(
    "text",
    [
        '"""' + '\\"""' * 16_000,
        '"\\"' * 20_000,
        '"' * 65_000,
        '"""' * 21_000,
        "#" * 65_000,
        " " * 65_000,
        "\n" * 65_000,
        "{" * 65_000,
        "{a(x:" + "[" * 65_000,
        "{a(x:" + "-" * 60_000,
        "{a(x:" + "1" * 60_000 + ")}",
        "{a(x:1e" + "1" * 60_000 + ")}",
        "{" + "a" * 65_000 + "}",
        '{a(x:"' + "\\u0041" * 10_000 + '")}',
        "\\" * 65_000,
        "😀" * 16_000,
        "{a" + "\0" * 60_000 + "}",
        "." * 65_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_no_text_of_64_kib_keeps_the_gate_busy(text: str) -> None:
    before = process_time()
    with suppress(Refused, GraphQLError):
        check(parse(text))
    assert process_time() - before < MOST_S


def test_what_is_no_graphql_is_a_syntax_error() -> None:
    with pytest.raises(GraphQLSyntaxError):
        parse("{account{id}")


# --- mistakes -------------------------------------------------------------------------------------------------------

SCHEMA = build_schema(
    "type Query { account: Account } type Account { id: ID user(id: ID): Account }"
    + "".join(f" type TeamPropertyDefinition{n:03}Connection {{ id: ID }}" for n in range(250))
)


def test_a_mistyped_name_is_told_with_what_was_perhaps_meant() -> None:
    (mistake,) = mistakes(SCHEMA, parse("{acount{id}}"))
    assert "Did you mean 'account'?" in mistake.message
    assert mistakes(SCHEMA, parse("{account{id}}")) == []


def test_of_many_mistakes_some_are_told_and_none_is_searched_for() -> None:
    names = [f"...on TeamPropertyDefinit{n:03}Conection{{id}}" for n in range(30)]
    before = process_time()
    found = mistakes(SCHEMA, parse("{" + " ".join(names) + "}"))
    assert process_time() - before < MOST_S
    assert len(found) == 21
    assert not [mistake for mistake in found if "Did you mean" in mistake.message]


@pytest.mark.parametrize(
    "document",
    [
        "{" + "account " * 299 + "}",
        "{" + "account{id} " * 50 + "}",
        "{" + "account{user{id}} " * 50 + "}",
        "{" + ("account{" + "id " * 16 + "}") * 17 + "}",
        "{" + "".join(f"account{{user(id:{n}){{id}}}} " for n in range(30)) + "}",
        "query(" + " ".join(f"$v{n}:TeamPropertyDefinit{n:03}Conection" for n in range(450)) + "){account{id}}",
        "{account{user(" + " ".join(f"idd{n}:1" for n in range(600)) + "){id}}}",
        "{account{" + " ".join(f"usr{n}" for n in range(299)) + "}}",
    ],
    ids=range(8),
)
def test_nothing_that_passes_keeps_validation_busy(document: str) -> None:
    parsed = parse(document)
    check(parsed)

    def took_s() -> float:
        before = process_time()
        mistakes(SCHEMA, parsed)
        return process_time() - before

    # The least of three: the others have what else the machine had to do in them.
    assert min(took_s() for _ in range(3)) < MOST_S


def test_a_thousand_documents_of_random_shape_stay_within_the_time() -> None:
    chance = random.Random(20261126)
    for _ in range(1_000):
        text = " ".join(chance.choices(PIECES, k=chance.randint(1, 300)))
        before = process_time()
        with suppress(Refused, GraphQLError):
            document = parse(text)
            check(document)
            mistakes(SCHEMA, document)
        assert process_time() - before < MOST_S, text


# --- the guide ------------------------------------------------------------------------------------------------------

GUIDE = (Path(__file__).parents[2] / "docs/graphql-limits.md").read_text(encoding="utf-8")
GATE = Path(__file__).parents[2] / "graphql_api"


def test_the_guide_tells_the_limits_as_they_are() -> None:
    rows = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", GUIDE, re.MULTILINE))
    assert rows["size of the request"] == f"{LIMITS.document_bytes // 1024} KiB"
    assert rows["fields, with every fragment spelled out"] == (
        f"{LIMITS.fields}, and {LIMITS.introspection_fields} about the schema"
    )
    assert {
        "tokens, comments included": LIMITS.tokens,
        "brackets within brackets, values within values of the variables": LIMITS.nesting,
        "operations": LIMITS.operations,
        "fields within fields": LIMITS.depth,
        "fields of one name that have arguments or fields of their own": LIMITS.repeats,
        "aliases": LIMITS.aliases,
        "fragments, inline ones included": LIMITS.fragments,
        "directives": LIMITS.directives,
        "`first`, `last`": LIMITS.first,
        "cost": LIMITS.cost,
    }.items() <= {
        name: int(most.replace(",", "")) for name, most in rows.items() if re.fullmatch(r"[\d,]+", most)
    }.items()


def test_the_guide_has_every_code_of_the_gate() -> None:
    source = "".join((GATE / name).read_text(encoding="utf-8") for name in ("limits.py", "weighing.py"))
    codes = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', source))
    assert len(codes) >= 10
    assert not {code for code in codes if f"`{code}`" not in GUIDE}


def test_the_guides_example_costs_what_it_says() -> None:
    example = re.search(r"`(teams\(first: 100\).*?)` costs", GUIDE)
    assert example is not None
    assert f"{weigh(f'{{{example[1]}}}').total:,}" in GUIDE
