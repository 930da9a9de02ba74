"""Saving is atomic for every learner, and what cannot be loaded is said with a way out."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
from tests.agents.small_learners import make_digit_env, make_learner

from rethink_gym import agents
from rethink_gym.agents.atomic_folder import recover
from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.errors import CheckpointError, DataNotFoundError


class Killed(BaseException):
    """Stands for the end of the process: no handler of errors catches it."""


class FileOperations:
    """Counts the file operations below a folder, and fails at one of them.

    An audit hook cannot be removed, so there is one for all tests, which is switched on.
    """

    EVENTS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree")

    def __init__(self) -> None:
        self.is_on = False
        self.folder = ""
        self.count = 0
        self.fails_at = -1
        self.is_killed = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.is_on or event not in self.EVENTS:
            return
        path = str(arguments[0])
        is_relative = event in ("os.remove", "os.rmdir") and not os.path.isabs(path)
        if is_relative or path.startswith(self.folder):
            self.step()

    def step(self) -> None:
        self.count += 1
        if self.count == self.fails_at or (self.is_killed and self.count > self.fails_at > 0):
            raise Killed if self.is_killed else OSError(28, "No space left on device")

    def run(self, save: Callable[[], None], folder: Path, fails_at: int, is_killed: bool) -> int:
        """Save with a failure at an operation; returns the number of operations."""
        self.folder, self.count = str(folder), 0
        self.fails_at, self.is_killed, self.is_on = fails_at, is_killed, True
        try:
            save()
        except (Killed, OSError, safetensors.SafetensorError):
            assert fails_at > 0
        finally:
            self.is_on = False
        return self.count


OPERATIONS = FileOperations()
sys.addaudithook(OPERATIONS)


@pytest.fixture(autouse=True)
def weights_are_written_in_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let writing weights fail half-way; it is not Python that opens their file."""
    write: Any = vars(safetensors.torch)["serialize_file"]

    def write_half(tensors: Any, path: Any, *others: Any, **more: Any) -> None:
        write(tensors, path, *others, **more)
        if OPERATIONS.is_on:
            if OPERATIONS.count + 1 == OPERATIONS.fails_at:
                os.truncate(path, os.path.getsize(path) // 2)
            OPERATIONS.step()

    monkeypatch.setattr(safetensors.torch, "serialize_file", write_half)


def content(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def load(learner: Algorithm[Any], folder: Path) -> Algorithm[Any]:
    return type(learner).load(folder, make_digit_env(8))


@pytest.mark.parametrize(
    "is_killed",
    [
        pytest.param(True, id="killed"),
        pytest.param(False, id="disk full", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("is_first", [False, True], ids=["over an older one", "first"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "orm" else pytest.mark.slow)
        for name in agents.ALGORITHMS
    ],
)
def test_a_save_that_fails_at_any_file_operation_leaves_the_old_or_the_new_state(
    name: str, is_first: bool, is_killed: bool, tmp_path: Path
) -> None:
    learner = make_learner(name)
    size = learner.episodes_per_update
    learner.learn(size)
    learner.save(tmp_path / "old")
    learner.learn(2 * size)
    learner.save(tmp_path / "new")
    wholes = {"new": content(tmp_path / "new")}
    wholes["old"] = {} if is_first else content(tmp_path / "old")
    folder = tmp_path / "run" / "checkpoint"

    def attempt(fails_at: int) -> tuple[int, str]:
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        if not is_first:
            shutil.copytree(tmp_path / "old", folder)
        count = OPERATIONS.run(lambda: learner.save(folder), tmp_path / "run", fails_at, is_killed)
        if name == "orm" and not is_first:  # before anything has cleaned up
            OutcomeRewardModel.from_pretrained(folder)
            OutcomeRewardModel.from_pretrained(folder.parent)
        recover(folder)
        found = content(folder)
        which = next((which for which, whole in wholes.items() if found == whole), "a mix")
        assert which != "a mix", f"operation {fails_at}"
        return count, which

    total, which = attempt(-1)
    assert which == "new"
    outcomes = {attempt(fails_at)[1] for fails_at in range(1, total + 1)}
    assert "old" in outcomes
    assert ("new" in outcomes) or not is_killed
    if is_first:
        with pytest.raises(DataNotFoundError):
            load(learner, tmp_path / "run" / "nothing")
    # Equal files load equally, so each outcome is resumed once.
    for saved in ("old", "new"):
        resumed = load(learner, tmp_path / saved).learn(3 * size)
        assert resumed.num_updates == 3


def test_an_outcome_reward_model_is_kept_once_beside_the_policy(tmp_path: Path) -> None:
    learner: Any = make_learner("orm")
    learner.save(tmp_path / "checkpoint")
    sizes = {
        str(path.relative_to(tmp_path / "checkpoint")): path.stat().st_size
        for path in (tmp_path / "checkpoint").rglob("*.safetensors")
    }
    trunk = sizes["policy/model.safetensors"]
    assert sizes["orm/model.safetensors"] == trunk
    # Nothing was trained yet: there is no state of the optimizer either.
    assert sizes["tensors.safetensors"] < trunk / 4
    assert set(sizes) == {
        "policy/model.safetensors",
        "orm/model.safetensors",
        "orm/outcome_head.safetensors",
        "tensors.safetensors",
    }


def rename_setting(state: dict[str, Any]) -> None:
    for entry in state["config"]["dict"]:
        entry[0] = "clip_low" if entry[0] == "clip_eps_low" else entry[0]


def add_setting(state: dict[str, Any]) -> None:
    state["config"]["dict"].append(["clip_low", 0.2])


def drop_setting(state: dict[str, Any]) -> None:
    state["config"]["dict"] = [each for each in state["config"]["dict"] if each[0] != "beta"]


def refuse_setting(state: dict[str, Any]) -> None:
    for entry in state["config"]["dict"]:
        entry[1] = "grup" if entry[0] == "baseline" else entry[1]


def drop(key: str) -> Callable[[dict[str, Any]], None]:
    def change(state: dict[str, Any]) -> None:
        del state[key]

    return change


def put(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(state: dict[str, Any]) -> None:
        state[key] = value

    return change


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "renamed setting": (rename_setting, "no setting 'clip_eps_low', unknown setting 'clip_low'"),
    "unknown setting": (add_setting, "unknown setting 'clip_low'"),
    "missing setting": (drop_setting, "no setting 'beta'"),
    "refused setting": (refuse_setting, "baseline must be one of"),
    **{
        f"no {key}": (drop(key), f"no '{key}'")
        for key in (
            "config",
            "env_id",
            "env_kwargs",
            "sampling",
            "dtype",
            "seed",
            "random",
            "num_episodes",
            "num_timesteps",
            "num_updates",
            "total_episodes",
        )
    },
    "foreign config": (put("config", {"learning_rate": 1, "beta": 2}), "too many values"),
    "config of a number": (put("config", 3), "int"),
    "foreign dtype": (put("dtype", "float99"), "float99"),
    "foreign random state": (put("random", {"bit_generator": "MT19937"}), "PCG64"),
}


@pytest.mark.parametrize(("change", "message"), CHANGES.values(), ids=CHANGES)
def test_a_checkpoint_of_another_version_says_what_differs_and_how_to_go_on(
    change: Callable[[dict[str, Any]], None], message: str, tmp_path: Path
) -> None:
    learner = make_learner("reinforce")
    folder = tmp_path / "checkpoint"
    learner.save(folder)
    path = folder / "state.json"
    state = json.loads(path.read_text())
    change(state)
    path.write_text(json.dumps(state))
    with pytest.raises(CheckpointError, match="checkpoint must be one of this version") as caught:
        load(learner, folder)
    assert message in str(caught.value)
    assert str(folder / "policy") in str(caught.value)
    agents.LanguageModel.from_pretrained(folder / "policy")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"learner": "reinforce"}'])
def test_foreign_json_in_place_of_the_state_is_refused(text: str, tmp_path: Path) -> None:
    learner = make_learner("reinforce")
    learner.save(tmp_path)
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(CheckpointError, match="cannot be read as a checkpoint"):
        load(learner, tmp_path)


@pytest.mark.parametrize("key", ["learner", "callbacks", "generator"])
def test_tensors_that_lack_a_part_are_refused(key: str, tmp_path: Path) -> None:
    learner = make_learner("reinforce")
    learner.save(tmp_path)
    path = tmp_path / "tensors.json"
    structure = json.loads(path.read_text())
    structure["dict"] = [each for each in structure["dict"] if each[0] != key]
    path.write_text(json.dumps(structure))
    with pytest.raises(CheckpointError, match=key):
        load(learner, tmp_path)
