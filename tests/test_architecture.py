"""The shape of the project: who may import whom, what a facade may do, how large a file may be.

The import contracts stand in pyproject.toml. What they cannot see (that an attribute queries, that a row saves itself)
is read here from the syntax trees.
"""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = [name for name in ("catalog", "scim_facade", "graphql_api", "web") if (ROOT / name).is_dir()]
FACADES = [name for name in ("scim_facade", "graphql_api") if name in PACKAGES]

TOP_LEVEL = {
    "catalog", "scim_facade", "graphql_api", "web", "tests",
    "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "Makefile", "docs", "deploy",
    "requirements.lock", "requirements-test.lock", "Dockerfile", "compose.yaml",
}  # fmt: skip
"""Beside it, dotfiles alone."""

FORBIDDEN_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "core",
    "base",
    "manager",
    "managers",
    "misc",
    "data",
}

MAX_LINES = 400
GENERATED = ("web/ui/", "web/static/")
MIGRATIONS = "catalog/migrations/"

FACADE_MAY_USE = {
    "catalog.services",
    "catalog.errors",
    "catalog.selection",
    "catalog.shapes",  # what an answer looks like, as `selection` says which rows
    "catalog.actors",  # whom a token stands for
    "catalog.cursors",  # where a reader of a long list stands
    "catalog.changes",  # an edge opens the change that services are given
    "catalog.ids",  # an id of another shape is nobody's
    "catalog.patience",  # how long its clients wait for a database that is away
    "catalog.remedies",  # what is to be done about a failed request is told to whoever reads the log
    "catalog.permissions",  # what a caller may do is told to the caller
    "catalog.vault",  # what must be read again, as a client secret, is sealed by whoever is given it
    "catalog.visibility",  # an attribute that may not be seen is refused where it is asked for
}

ROW_METHODS = {"save", "delete", "filter", "fetch_related"}

NEITHER_ACTOR_NOR_CHANGE = {
    # Before anybody is known there is nobody to act for.
    "recognition.recognise": "says whose token it is: the Actor is what it gives",
    "recognition.write_uses": "the worker's: notes of every account's tokens, gathered in memory",
    "callers.of_request": "says who sent a request: the Actor is what it gives",
    "sessions.recognise": "says whose session it is: the Actor is what it gives",
    "sessions.write_uses": "the worker's: notes of every account's sessions, gathered in memory",
    "sessions.prune": "the worker's: the age limit is the same for every account",
    "sign_in.prove": "says who has this password: the Actor is what it gives",
    "sign_in_connections.look": "says by whose word somebody comes: the Actor is what follows from it",
    "sign_in_connections.offered": "shown before anybody is known: the ways into this account",
    "one_time_states.prune": "the worker's: the age limit is the same for every account",
    "links.look": "says whom a link lets in: the Actor is what follows from it",
    "alerts.prune": "the worker's: the age limit is the same for every account",
    "links.prune": "the worker's: the age limit is the same for every account",
    "deliveries.prune": "the worker's: the age limit is the same for every account",
    "idempotency.prune": "the worker's: the age limit is the same for every account",
    "accounts.create": "makes the account in which somebody may act",
    "accounts.first": "makes the account that an empty database lacks",
    "accounts.for_rehearsal": "makes the throw-away account of `muster token create --rehearsal`",
    "accounts.by_slug": "finds the account for which the operator is going to act",
    "accounts.default": "finds the account for which the operator is going to act",
    "accounts.only": "finds the account for which the operator is going to act",
    "accounts.every": "the operator's and the worker's: who there is to act for",
    "resync.raise_fence": "puts every account of a backup behind its fence, before anybody can act in one",
    "accounts.purge_rehearsals": "the worker's: throw-away accounts that are done with",
}
"""Service functions that take neither, each with its reason."""


OVER_ALL_ACCOUNTS = {
    "catalog/archive.py": "a backup is of everything",
    "catalog/outbox.py": "the worker claims whose letter is due",
    "catalog/schema.py": "migrations are of every account, and of none",
    "catalog/sealing.py": "the worker seals whatever is not",
    "catalog/vitals.py": "numbers without names",
    "catalog/services/accounts.py": "which accounts there are",
    "catalog/services/alerts.py": "the worker prunes by age",
    "catalog/services/deliveries.py": "the worker writes what was noted of every account, and prunes by age",
    "catalog/services/idempotency.py": "the worker prunes by age",
    "catalog/services/links.py": "whom a link lets in; the worker prunes by age",
    "catalog/services/one_time_states.py": "the worker prunes by age",
    "catalog/services/recognition.py": "whose token it is; when tokens were used",
    "catalog/services/sessions.py": "whose session it is; when sessions were used; the worker prunes by age",
    "catalog/services/sign_in.py": "who has this email, in whichever accounts",
    "catalog/services/sign_in_connections.py": "whose connection a provider's answer is meant for",
    "web/user_commands.py": "what was deleted leaves the file of all accounts",
    "web/worker.py": "statistics are of whole tables",
}
"""Who asks `database.everywhere`, to which row-level security shows the rows of all accounts, and for what."""


def tracked(*patterns: str) -> list[Path]:
    """The project's files: those that git tracks, and those it would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    return sorted({ROOT / line for line in listed if (ROOT / line).is_file()})


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def places(found: Iterator[tuple[Path, ast.AST, str]]) -> list[str]:
    return [f"{named(path)}:{getattr(node, 'lineno', 1)}: {what}" for path, node, what in found]


def test_the_import_contracts_hold() -> None:
    run = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 broken" in run.stdout


def test_every_package_is_under_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert set(settings["root_packages"]) == set(PACKAGES)
    under = {
        source.split(".")[0] for contract in settings["contracts"] for source in contract.get("source_modules", [])
    }
    assert under == set(PACKAGES)


def test_every_module_of_the_scim_facade_belongs_to_the_engine_or_to_the_shell() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    contract = next(contract for contract in contracts if contract["id"] == "scim-engine")
    engine = {name.removeprefix("scim_facade.") for name in contract["source_modules"]}
    shell = {name.removeprefix("scim_facade.") for name in contract["forbidden_modules"]} - {"starlette", "catalog"}
    there = {path.stem for path in tracked("scim_facade/*.py")} - {"__init__"}
    assert engine | shell == there


def test_over_all_accounts_is_asked_where_it_must_be_alone() -> None:
    asking = {
        named(path)
        for package in PACKAGES
        for path in tracked(f"{package}/*.py")
        if any(module == "catalog.database.everywhere" for _, module in imports_at_run_time(tree(path)))
        or "database.everywhere" in path.read_text(encoding="utf-8")
    }
    assert asking == set(OVER_ALL_ACCOUNTS)


@pytest.mark.parametrize("facade", FACADES)
def test_a_facade_uses_the_open_part_of_the_catalog_alone(facade: str) -> None:
    def closed() -> Iterator[tuple[Path, ast.AST, str]]:
        for path in tracked(f"{facade}/*.py"):
            for node, module in imports_at_run_time(tree(path)):
                if module.split(".")[0] == "catalog" and ".".join(module.split(".")[:2]) not in FACADE_MAY_USE:
                    yield path, node, f"imports {module}"

    assert not places(closed())


def imports_at_run_time(module: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Each imported module, `from catalog import x` as catalog.x; none of those under `if TYPE_CHECKING`."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            waiting.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)
        waiting.extend(ast.iter_child_nodes(node))


@pytest.mark.parametrize("facade", FACADES)
def test_a_facade_awaits_calls_and_never_attributes(facade: str) -> None:
    def lazy() -> Iterator[tuple[Path, ast.AST, str]]:
        for path in tracked(f"{facade}/*.py"):
            for node in ast.walk(tree(path)):
                # `await membership.user` would query, out of sight of every service.
                if isinstance(node, ast.Await) and isinstance(node.value, ast.Attribute):
                    yield path, node, ast.unparse(node)

    assert not places(lazy())


@pytest.mark.parametrize("facade", FACADES)
def test_a_facade_leaves_rows_to_services(facade: str) -> None:
    def own_queries() -> Iterator[tuple[Path, ast.AST, str]]:
        for path in tracked(f"{facade}/*.py"):
            modules = {
                name for _, module in imports_at_run_time(tree(path)) if (name := module.split(".")[-1]).islower()
            }
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.Call) and is_row_method(node, modules):
                    yield path, node, ast.unparse(node)

    assert not places(own_queries())


def is_row_method(call: ast.Call, modules: set[str]) -> bool:
    """Whether a row or a query is asked; `teams.delete(this, team)` and `kind.delete(this, …)` are verbs of ours."""
    called = call.func
    if not isinstance(called, ast.Attribute) or called.attr not in ROW_METHODS:
        return False
    of_a_module = isinstance(called.value, ast.Name) and called.value.id in modules
    within_a_change = bool(call.args) and ast.unparse(call.args[0]) in ("this", "actor")
    return not of_a_module and not within_a_change


def services() -> Iterator[tuple[Path, ast.AsyncFunctionDef]]:
    for path in tracked("catalog/services/*.py"):
        for node in tree(path).body:
            if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
                yield path, node


def test_every_service_is_told_who_asks_or_what_it_belongs_to() -> None:
    nameless = [
        f"{named(path)}:{node.lineno}: {node.name}"
        for path, node in services()
        if first_parameter(node) not in ("Actor", "Change")
        and f"{path.stem}.{node.name}" not in NEITHER_ACTOR_NOR_CHANGE
    ]
    assert not nameless
    assert len(list(services())) > 20


def test_no_exception_to_that_rule_is_without_a_need() -> None:
    takes = {f"{path.stem}.{node.name}": first_parameter(node) for path, node in services()}
    assert not [name for name in NEITHER_ACTOR_NOR_CHANGE if takes.get(name, "Actor") in ("Actor", "Change")]


def first_parameter(function: ast.AsyncFunctionDef) -> str | None:
    parameters = [*function.args.posonlyargs, *function.args.args]
    return ast.unparse(parameters[0].annotation) if parameters and parameters[0].annotation else None


def test_no_service_opens_a_change() -> None:
    def opened() -> Iterator[tuple[Path, ast.AST, str]]:
        for path in tracked("catalog/services/*.py"):
            for node, module in imports_at_run_time(tree(path)):
                if module == "catalog.changes.change":
                    yield path, node, f"imports {module}"

    allowed = {"accounts.py"}  # a new account: there is nobody yet who could have opened one
    assert not [place for place in places(opened()) if Path(place.split(":")[0]).name not in allowed]


def test_sql_is_written_in_the_catalog_alone() -> None:
    def statements() -> Iterator[tuple[Path, ast.AST, str]]:
        for path in tracked("scim_facade/*.py", "graphql_api/*.py", "web/*.py"):
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    words = node.value.upper().split()
                    if words[:1] == ["SELECT"] or words[:2] in (["INSERT", "INTO"], ["DELETE", "FROM"]):
                        yield path, node, node.value[:60]

    assert not places(statements())


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    source = [path for path in tracked("*.py", "*.ts", "*.tsx") if not named(path).startswith((*GENERATED, MIGRATIONS))]
    source += [path for path in tracked("web/ui/src/*.ts", "web/ui/src/*.tsx") if "generated" not in named(path)]
    long = {named(path): lines for path in source if (lines := len(path.read_text().splitlines())) > MAX_LINES}
    assert not long


def test_every_module_says_what_it_is() -> None:
    silent = [named(path) for path in tracked("*.py") if not ast.get_docstring(tree(path))]
    assert not silent


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_of_code_is_a_package(package: str) -> None:
    folders = {path.parent for path in tracked(f"{package}/*.py")}
    assert not [named(folder) for folder in folders if not (folder / "__init__.py").is_file()]


def test_no_module_has_a_name_that_says_nothing() -> None:
    nothing = [
        named(path)
        for path in tracked("*.py", "*.ts", "*.tsx")
        if FORBIDDEN_NAMES & {part.removesuffix(path.suffix) for part in path.relative_to(ROOT).parts}
    ]
    assert not nothing


def test_the_top_level_holds_what_it_always_did() -> None:
    there = {named(path).split("/")[0] for path in tracked()}
    assert not {name for name in there if not name.startswith(".")} - TOP_LEVEL
