"""Checkpoint folders after a crash at any moment."""

from pathlib import Path

import pytest

from rethink_gym.agents.training.checkpoint import load_state, recover, save_atomically
from rethink_gym.errors import CheckpointError, DataNotFoundError

WHOLE = '{"algorithm": "made_up", "number": %d}'


def lay(folder: Path, number: int | None) -> None:
    """Lay down what a killed process leaves: whole if it has a number, else half."""
    folder.mkdir()
    (folder / "weights").write_text("w")
    if number is not None:
        (folder / "state.json").write_text(WHOLE % number)


@pytest.mark.parametrize(
    ("left", "number"),
    [
        ({"checkpoint": 1}, 1),
        ({"checkpoint": 1, ".checkpoint-new": None}, 1),  # killed while writing
        ({"checkpoint": 1, ".checkpoint-new": 2}, 1),  # before the old one was moved away
        ({".checkpoint-old": 1, ".checkpoint-new": 2}, 2),  # between the two moves
        ({"checkpoint": 2, ".checkpoint-old": 1}, 2),  # before the old one was removed
    ],
)
def test_after_a_crash_one_whole_checkpoint_is_there(
    tmp_path: Path, left: dict[str, int | None], number: int
) -> None:
    for name, content in left.items():
        lay(tmp_path / name, content)
    recover(tmp_path / "checkpoint")
    assert load_state(tmp_path / "checkpoint", "made_up")["number"] == number
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_loading_finds_what_a_crash_left_under_another_name(tmp_path: Path) -> None:
    lay(tmp_path / ".checkpoint-new", 2)
    assert load_state(tmp_path / "checkpoint", "made_up")["number"] == 2


def test_half_a_first_checkpoint_is_none(tmp_path: Path) -> None:
    lay(tmp_path / ".checkpoint-new", None)
    with pytest.raises(DataNotFoundError, match=r"a checkpoint with a state\.json"):
        load_state(tmp_path / "checkpoint", "made_up")
    assert list(tmp_path.iterdir()) == []


def test_a_writer_that_fails_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoint"
    save_atomically(folder, {"algorithm": "made_up", "number": 1}, lambda fresh: None)

    def fail(fresh: Path) -> None:
        (fresh / "weights").write_text("half")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        save_atomically(folder, {"algorithm": "made_up", "number": 2}, fail)
    assert load_state(folder, "made_up")["number"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


@pytest.mark.parametrize("text", ["{", "[]", '{"number": 1}'])
def test_a_state_that_cannot_be_read_is_said_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(CheckpointError, match="cannot be read as a checkpoint"):
        load_state(tmp_path, "made_up")
