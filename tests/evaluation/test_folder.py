"""Folders of runs."""

from pathlib import Path

import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.evaluation.folder import make_numbered_folder, make_run_folder


def test_a_new_folder_is_made_with_its_parents_and_an_empty_one_is_taken(tmp_path: Path) -> None:
    folder = make_run_folder(tmp_path / "a" / "b")
    assert folder.is_dir()
    assert make_run_folder(folder) == folder


@pytest.mark.parametrize("kind", ["run", "file"])
def test_existing_files_are_never_overwritten(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "run"
    kept = path / "metrics.json" if kind == "run" else path
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("kept")
    with pytest.raises(ArgumentError, match="folder must be a new or empty folder"):
        make_run_folder(path)
    assert kept.read_text() == "kept"


def test_numbers_continue_after_a_name_that_is_taken(tmp_path: Path) -> None:
    folders = [make_numbered_folder(tmp_path / "runs", "score") for _ in range(3)]
    assert [folder.name for folder in folders] == ["score-1", "score-2", "score-3"]
