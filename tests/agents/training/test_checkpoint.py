"""Checkpoint folders: replaced atomically, recovered after a crash, refused if they do not fit."""

from pathlib import Path
from typing import Any

import pytest

from rethink_gym.agents.algorithms.reinforce import REINFORCE, REINFORCEConfig
from rethink_gym.agents.algorithms.score import SCoRe
from rethink_gym.agents.atomic_folder import find_checkpoint, recover, save_atomically
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.checkpoint import load_state
from rethink_gym.errors import CheckpointError, DataNotFoundError

STATE = '{"algorithm": "made_up", "number": %d}'


def write_folder(folder: Path, number: int | None) -> None:
    """Write what a killed process leaves: complete with a number, else incomplete."""
    folder.mkdir()
    (folder / "weights").write_text("w")
    if number is not None:
        (folder / "state.json").write_text(STATE % number)


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
def test_after_a_crash_one_complete_checkpoint_exists(
    tmp_path: Path, left: dict[str, int | None], number: int
) -> None:
    for name, content in left.items():
        write_folder(tmp_path / name, content)
    recover(tmp_path / "checkpoint")
    assert load_state(tmp_path / "checkpoint", "made_up")["number"] == number
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_loading_finds_a_complete_checkpoint_under_its_temporary_name(tmp_path: Path) -> None:
    write_folder(tmp_path / ".checkpoint-new", 2)
    assert load_state(tmp_path / "checkpoint", "made_up")["number"] == 2


def test_the_folder_of_this_process_is_a_checkpoint_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_checkpoint(Path()) == Path()
    recover(Path())
    assert find_checkpoint(Path("/")) == Path("/")


def test_an_incomplete_first_checkpoint_does_not_count(tmp_path: Path) -> None:
    write_folder(tmp_path / ".checkpoint-new", None)
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
def test_an_unreadable_state_is_reported(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(CheckpointError, match="cannot be read as a checkpoint"):
        load_state(tmp_path, "made_up")


CONFIG = REINFORCEConfig(problems_per_update=2, samples_per_problem=2, max_new_tokens=4)


def test_saving_again_replaces_the_checkpoint(
    policy: LanguageModel, make_env: Any, tmp_path: Path
) -> None:
    algorithm = REINFORCE(policy, make_env(4), CONFIG)
    algorithm.save(tmp_path / "checkpoint")
    algorithm.learn(4).save(tmp_path / "checkpoint")
    assert REINFORCE.load(tmp_path / "checkpoint", make_env(4)).num_updates == 1
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_a_checkpoint_of_another_algorithm_is_refused_with_the_remedy(
    policy: LanguageModel, make_env: Any, tmp_path: Path
) -> None:
    REINFORCE(policy, make_env(4), CONFIG).save(tmp_path)
    with pytest.raises(CheckpointError, match="one of 'score', got one of 'reinforce'"):
        SCoRe.load(tmp_path, make_env(4))


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match=r"folder must be a checkpoint with a state\.json"):
        SCoRe.load(tmp_path / "nothing")
