"""The promises of the gallery: it is fresh, and whole."""

import json
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from typer.testing import CliRunner

from rethink_gym.cli import app
from rethink_gym.cli.environment import own_env_ids
from rethink_gym.cli.gallery import HEADINGS, gallery_text, load_arguments, task_sections
from rethink_gym.envs.registry import find_task_class
from rethink_gym.errors import DataError, DataNotFoundError

PROJECT = Path(__file__).parents[2]
ARGUMENTS = PROJECT / "tests" / "envs" / "data" / "arguments.json"
TASKS = sorted({gym.spec(env_id).kwargs["task"] for env_id in own_env_ids()})


def ids_of(task: str) -> list[str]:
    return [env_id for env_id in own_env_ids() if gym.spec(env_id).kwargs["task"] == task]


def test_the_gallery_is_what_the_command_writes(tmp_path: Path) -> None:
    path = tmp_path / "gallery.md"
    options = ["--gallery", str(path), "--arguments", str(ARGUMENTS)]
    pytest.importorskip("rouge_score")  # the gallery asks every verifier, those of texts too
    done = CliRunner().invoke(app, ["envs", *options])
    assert done.exit_code == 0, done.output
    fresh, kept = (each.read_text("utf-8") for each in (path, PROJECT / "GALLERY.md"))
    assert fresh == kept, (
        "GALLERY.md is out of date. Write it by "
        "`rethink envs --gallery GALLERY.md --arguments tests/envs/data/arguments.json`."
    )


def test_every_id_is_shown_with_a_correct_and_an_incorrect_answer() -> None:
    _, *entries = (PROJECT / "GALLERY.md").read_text("utf-8").split("\n### ")
    shown = {entry.partition("\n")[0].strip("`"): entry for entry in entries}
    assert sorted(shown) == own_env_ids()
    assert [name for name, entry in shown.items() if "✓ correct" not in entry] == []
    assert [name for name, entry in shown.items() if "✗" not in entry] == []


@pytest.mark.parametrize("task", TASKS)
def test_the_docstring_of_a_task_has_all_headings_in_order(task: str) -> None:
    description, *sections = task_sections(find_task_class(task)).items()
    assert description[1]
    assert tuple(name for name, _ in sections) == HEADINGS
    assert all(len(text) > len(f"**{name}.** x") for name, text in sections)


@pytest.mark.parametrize("task", TASKS)
def test_the_docstring_of_a_task_names_its_ids(task: str) -> None:
    listed = task_sections(find_task_class(task))["Ids"].removeprefix("**Ids.** ").rstrip(".")
    assert sorted(name.strip("` \n") for name in listed.split(",")) == ids_of(task)


def test_a_subject_without_data_is_described_by_its_docstring() -> None:
    text = gallery_text({})
    assert "## GSM8K\n" in text
    assert "### `GSM8K-v0`" not in text
    assert "### `Math-v0`" in text


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (None, DataNotFoundError, "--arguments must be an existing file"),
        ("{", DataError, "must be JSON"),
        ("[1]", DataError, "must hold arguments by subject"),
        ('{"GSM8K": 3}', DataError, "must hold arguments by subject"),
    ],
)
def test_bad_arguments_are_refused(
    content: str | None, error: Any, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "arguments.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(error, match=message):
        load_arguments(path)


def test_paths_of_data_are_relative_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "arguments.json"
    path.write_text(json.dumps({"A": {"data": "here"}, "B": {"level": 2}}), encoding="utf-8")
    assert load_arguments(path) == {"A": {"data": str(tmp_path / "here")}, "B": {"level": 2}}


def test_arguments_are_for_the_gallery_only() -> None:
    done = CliRunner().invoke(app, ["envs", "--arguments", str(ARGUMENTS)])
    assert done.exit_code == 2
    assert "--gallery" in done.output
