"""The documents are true: examples run; commands, options, files and links exist."""

import re
import runpy
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import gymnasium as gym
import pytest
import typer

import rethink_gym  # noqa: F401  # an example imports it again

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "src" / "rethink_gym"
DOCUMENTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(PROJECT.glob("*.md"))}

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
EXAMPLES = {
    f"{name}-{number}": block[2]
    for name, text in DOCUMENTS.items()
    for number, block in enumerate(BLOCK.finditer(text), start=1)
    if block[1] == "python"
}


def prose(text: str) -> str:
    """Return a document without its blocks of code."""
    return BLOCK.sub("", text)


def commands(program: str) -> Iterator[tuple[str, list[str]]]:
    """Yield document and words of each command, in a shell block or in the prose."""
    for name, text in DOCUMENTS.items():
        lines = [code.strip() for code in re.findall(r"`([^`\n]+)`", prose(text))]
        for block in BLOCK.finditer(text):
            if block[1] in {"bash", "console", "sh", "shell"}:
                lines += [line.removeprefix("$ ").split("#")[0] for line in block[2].splitlines()]
        yield from ((name, line.split()[1:]) for line in lines if line.split()[:1] == [program])


@pytest.fixture
def new_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start as a new interpreter does: without our ids, until the package is imported."""
    before = dict(gym.registry)
    for env_id, spec in before.items():
        if str(spec.entry_point).startswith("rethink_gym"):
            del gym.registry[env_id]
    for name in [name for name in sys.modules if name.partition(".")[0] == "rethink_gym"]:
        monkeypatch.delitem(sys.modules, name)
    yield
    gym.registry.clear()
    gym.registry.update(before)


@pytest.mark.usefixtures("new_registry")
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_python_example_runs(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "example.py"
    script.write_text(EXAMPLES[example], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(script), run_name="__main__")


def test_a_make_target_that_is_named_exists() -> None:
    targets = re.findall(r"^(\w+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.M)
    named = [(name, word) for name, words in commands("make") for word in words]
    assert named
    assert [(name, word) for name, word in named if "=" not in word and word not in targets] == []


def test_a_rethink_command_that_is_named_has_all_its_options() -> None:
    from rethink_gym.cli import app

    group = typer.main.get_command(app)
    known = getattr(group, "commands", {})
    unknown = []
    for name, (command, *words) in ((name, words) for name, words in commands("rethink") if words):
        options = {"--help"}
        if command in known:
            options |= {opt for param in known[command].params for opt in param.opts}
        elif not command.startswith("-"):
            unknown.append((name, command))
        unknown += [(name, word) for word in words if word.startswith("-") and word not in options]
    assert unknown == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_link_in_a_document_leads_somewhere(document: str) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(DOCUMENTS[document]))
    files = [target.partition("#")[0] for target in targets if "://" not in target]
    assert [file for file in files if file and not (PROJECT / file).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_path_that_a_document_names_exists(document: str) -> None:
    # A path ends in "/" or in ".py"; `...` stands for a file that the reader is to write.
    named = re.findall(r"`([\w./-]+(?:/|\.py))`", prose(DOCUMENTS[document]))
    homes = (PROJECT, PACKAGE)
    made = {"runs/", ".venv/"}
    assert [
        path
        for path in named
        if path not in made and not any((home / path).exists() for home in homes)
    ] == []


def test_ci_tests_the_pythons_and_the_extras_that_the_package_names() -> None:
    workflow = (PROJECT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tested = re.findall(r"3\.\d+", lists(workflow, "python")[0])
    assert [
        word
        for line in project["classifiers"]
        if (word := line.removeprefix("Programming Language :: Python :: ")).startswith("3.")
    ] == tested
    assert project["requires-python"] == f">={tested[0]}"
    extras = set(re.findall(r"\w+", lists(workflow, "extra")[0]))
    assert extras == {"base", *project["optional-dependencies"]}


def lists(workflow: str, name: str) -> list[str]:
    """Return the lists with a name in a workflow, as they are written."""
    return re.findall(rf"^\s*{name}: \[(.*)\]$", workflow, re.MULTILINE)
