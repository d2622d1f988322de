"""What the documents say is so: every setting and every audited action is there, every link leads somewhere."""

import json
import re
import subprocess
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.main import get_command

from catalog.permissions import OPERATIONS, Holder
from catalog.services import integration_settings
from catalog.services.audit import ACTIONS
from web.cli import app
from web.settings import Settings

ROOT = Path(__file__).parent.parent

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|\b(?:src|href)=\"([^\"]+)\"")

MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:home|root|work|tmp)/[\w.-]+")
REGISTRY = re.compile(
    r"files\.pythonhosted\.org|//(?:[\w.-]+\.)?pypi\.org/simple|--(?:extra-)?index-url\s+\S+:|registry\.(?:npmjs|yarnpkg)\.\w+"
)


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    return [path for line in listed if (path := ROOT / line).is_file()]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def rows(document: str) -> dict[str, list[str]]:
    """The rows of a document's tables, by the code that stands in their first cell."""
    lines = (ROOT / document).read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| `")]
    return {first.strip("`"): rest for first, *rest in cells}


def prose(path: Path) -> str:
    """A page without its blocks and spans of code: what looks like a link there is none."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL))


def test_every_command_is_in_the_readme() -> None:
    listed = re.findall(r"^muster (\w+)  +\S", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(get_command(app).commands)  # type: ignore[attr-defined]


def test_every_setting_is_documented_with_its_default() -> None:
    documented = rows("docs/settings.md")
    assert list(documented) == [f"MUSTER_{name.upper()}" for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        default = documented[f"MUSTER_{name.upper()}"][0].strip("`")
        if isinstance(field.default, int) or (isinstance(field.default, str) and field.default):
            assert default == str(field.default), name


def test_every_setting_says_why_it_is_as_it_is() -> None:
    assert not [name for name, field in Settings.model_fields.items() if len(field.description or "") < 40]


def test_every_setting_of_an_integration_is_documented_with_its_default() -> None:
    documented = {name: cells[0].strip("`") for name, cells in rows("docs/integrations.md").items()}
    usual = asdict(integration_settings.Settings())
    assert list(documented) == list(usual)
    for name, default in usual.items():
        assert documented[name] == (default if isinstance(default, str) else json.dumps(default)), name


def test_every_audited_action_is_documented_in_the_same_words() -> None:
    assert {action: " ".join(meaning) for action, meaning in rows("docs/audit.md").items()} == ACTIONS


def test_every_operation_is_documented_with_the_verdicts_on_it() -> None:
    documented = rows("docs/permissions.md")
    assert list(documented) == list(OPERATIONS)
    for name, operation in OPERATIONS.items():
        *verdicts, needed, meaning = (cell.strip(" |") for cell in documented[name])
        assert dict(zip(Holder, verdicts, strict=True)) == operation.verdicts, name
        assert (needed, meaning) == ("writes" if operation.writes else "reads", operation.meaning), name


def test_every_recorded_action_has_a_name_in_the_list() -> None:
    recorded = {
        action
        for path in tracked("catalog/services/*.py")
        for action in re.findall(r"\.record\(\s*\"([^\"]+)\"", path.read_text(encoding="utf-8"))
    }
    assert recorded
    assert not recorded - set(ACTIONS)


@pytest.mark.parametrize("page", tracked("*.md"), ids=named)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    targets = [inner or attribute for inner, attribute in LINK.findall(prose(page))]
    files = [target.split("#")[0] for target in targets if not re.match(r"[a-z][a-z0-9+.-]*:|#", target)]
    assert not [target for target in files if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", tracked("*.md"), ids=named)
def test_every_link_to_a_heading_leads_to_one(page: Path) -> None:
    targets = [inner or attribute for inner, attribute in LINK.findall(prose(page))]
    for target in targets:
        file, _, heading = target.partition("#")
        if heading and not re.match(r"[a-z][a-z0-9+.-]*:", target):
            assert heading in headings(page.parent / file if file else page), target


def headings(page: Path) -> set[str]:
    lines = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def test_decisions_are_numbered_one_after_the_other_and_have_their_parts() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    parts = ["## Context", "## Decision", "## Consequences", "## Alternatives", "## See"]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]} "), page.name
        assert re.search(r"^Status: (accepted|superseded by \d{4}), ?\d{4}-\d\d-\d\d · Area: ", text, re.MULTILINE), (
            page.name
        )
        assert [line for line in text.splitlines() if line.startswith("## ")] == parts, page.name


def test_no_file_names_somebodys_machine_or_a_registry() -> None:
    found = [
        f"{named(path)}: {match.group()}"
        for path in tracked()
        if path.suffix not in (".png", ".woff2", ".ico")
        for pattern in (MACHINE_PATH, REGISTRY)
        for match in pattern.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found


def test_g37_the_locks_pin_everything_that_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for lock, wanted in {
        "requirements.lock": project["dependencies"],
        "requirements-test.lock": [*project["dependencies"], *project["optional-dependencies"]["test"]],
    }.items():
        text = (ROOT / lock).read_text()
        pinned = set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))
        assert not {re.match(r"[A-Za-z0-9-]+", name)[0].lower() for name in wanted} - pinned, lock  # type: ignore[index]
        blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
        assert not [block.split()[0] for block in blocks if "--hash=sha256:" not in block], lock


def test_both_locks_pin_the_same_versions() -> None:
    def versions(lock: str) -> set[tuple[str, str]]:
        return set(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))

    assert versions("requirements.lock") <= versions("requirements-test.lock")
