"""Training resumes where it stopped, to the last bit, after an error, Ctrl-C or a kill."""

import multiprocessing
import random
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from stable_baselines3.common.callbacks import ConvertCallback
from tests.agents.small_learners import make_digit_env, make_learner, train_to_the_end

from rethink_gym import agents
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.callbacks import Checkpoints

CLOCK = re.compile(r'"wall_s": [^}]*')
"""Equal episodes may take unequal time."""


def assert_equal(actual: Any, expected: Any, where: str = "") -> None:
    """Check that nested data is equal to the last bit."""
    assert type(actual) is type(expected), where
    if isinstance(expected, torch.Tensor):
        assert torch.equal(actual, expected), where
    elif isinstance(expected, dict):
        assert list(actual) == list(expected), where
        for key, value in expected.items():
            assert_equal(actual[key], value, f"{where}.{key}")
    elif isinstance(expected, list | tuple):
        assert len(actual) == len(expected), where
        for index, value in enumerate(expected):
            assert_equal(actual[index], value, f"{where}[{index}]")
    elif isinstance(expected, str):
        assert CLOCK.sub("", actual) == CLOCK.sub("", expected), where
    else:
        assert actual == expected, where


def full_state(learner: Algorithm[Any]) -> dict[str, Any]:
    return {
        "weights": learner.policy.model.state_dict(),
        "learner": learner.state_dict(),
        "random": learner.random.bit_generator.state,
        "generator": learner.policy.generator.get_state(),
        "config": learner.config,
        "counters": [learner.num_episodes, learner.num_timesteps, learner.num_updates],
    }


OPTIONS: list[tuple[str, dict[str, Any]]] = [
    *[(name, {}) for name in sorted(agents.ALGORITHMS)],
    ("expert_iteration", {"from_base": False, "initial_data": "solutions"}),
    ("ppo", {"is_critic_separate": True}),
    ("reinforce", {"answer_bonus": 0.5, "dynamic_sampling": True, "num_minibatches": 2}),
    ("score", {"kl_target": 0.01, "offline_samples": 1, "stage_one_frac": 0.5}),
]


@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_two_updates_and_two_after_a_checkpoint_equal_four_updates(
    name: str, options: dict[str, Any], tmp_path: Path
) -> None:
    whole, half = make_learner(name, **options), make_learner(name, **options)
    start = {key: value.clone() for key, value in whole.policy.model.state_dict().items()}
    # Dynamic sampling plays a random number of additional episodes for an update.
    total = (16 if "dynamic_sampling" in options else 4) * whole.episodes_per_update
    whole.learn(total)

    def interrupt(local_names: dict[str, Any], global_names: dict[str, Any]) -> bool:
        return half.num_updates < 2

    half.learn(total, callback=interrupt).save(tmp_path / "checkpoint")
    assert half.num_updates == 2
    resumed = type(half).load(tmp_path / "checkpoint", make_digit_env(8))
    assert_equal(full_state(resumed), full_state(half))
    resumed.learn(total)
    assert resumed.num_updates == whole.num_updates >= 4
    assert_equal(full_state(resumed), full_state(whole))
    # ORM trains a separate model; the policy keeps its weights.
    has_changed = any(
        not torch.equal(value, start[key]) for key, value in whole.policy.model.state_dict().items()
    )
    assert has_changed or name == "orm"


def test_a_checkpoint_contains_no_pickle(tmp_path: Path) -> None:
    make_learner("score").learn(8).save(tmp_path / "checkpoint")
    names = {path.name for path in (tmp_path / "checkpoint").rglob("*") if path.is_file()}
    assert {"state.json", "tensors.safetensors", "tensors.json", "model.safetensors"} <= names
    assert not {name for name in names if name.endswith((".pt", ".pth", ".bin", ".pkl"))}


def test_the_sampling_settings_of_the_policy_are_restored(tmp_path: Path) -> None:
    learner = make_learner("score")
    learner.policy.sampling = agents.SamplingConfig(max_new_tokens=7, stop_strings=("###",))
    learner.save(tmp_path / "checkpoint")
    resumed = agents.SCoRe.load(tmp_path / "checkpoint", make_digit_env(8))
    assert resumed.policy.sampling == learner.policy.sampling


@pytest.mark.slow
def test_a_killed_run_ends_in_the_same_weights(tmp_path: Path) -> None:
    # The server imports torch once; each child is a fresh copy of it, killed with -9.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.agents.small_learners"])
    total = 8 * 30
    whole = make_learner("score").learn(total)
    random_delay = random.Random(0)
    kills = 0
    while not (tmp_path / "end").exists():
        child = context.Process(target=train_to_the_end, args=(str(tmp_path), total))
        child.start()
        if kills < 4:
            _wait_for_a_checkpoint(tmp_path, at_least=kills * 4 + 1)
            time.sleep(random_delay.uniform(0.0, 0.06))
            child.kill()
            kills += 1
        child.join(120)
        assert child.exitcode in (0, -signal.SIGKILL)
    assert kills == 4
    ended = LanguageModel.from_pretrained(tmp_path / "end")
    assert_equal(ended.model.state_dict(), whole.policy.model.state_dict())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint", "end"]


def _wait_for_a_checkpoint(folder: Path, *, at_least: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            state = (folder / "checkpoint" / "state.json").read_text()
        except FileNotFoundError:
            state = ""
        if any(f'"num_updates": {number},' in state for number in range(at_least, 31)):
            return
        time.sleep(0.005)
    pytest.fail(f"no checkpoint of update {at_least} or later")


def test_ctrl_c_finishes_the_update_and_saves(tmp_path: Path) -> None:
    whole = make_learner("score").learn(8 * 4)
    learner = make_learner("score")
    interrupted_at = []
    checkpoints = Checkpoints(
        tmp_path / "checkpoint",
        every=100,
        on_interrupt=lambda: interrupted_at.append(learner.num_updates),
    )
    before = signal.getsignal(signal.SIGINT)

    def press(local_names: dict[str, Any], global_names: dict[str, Any]) -> bool:
        if learner.num_updates == 1:
            signal.raise_signal(signal.SIGINT)
        return True

    learner.learn(8 * 4, [ConvertCallback(press), checkpoints])
    assert checkpoints.is_interrupted
    assert interrupted_at == [1]
    assert learner.num_updates == 1
    assert signal.getsignal(signal.SIGINT) is before
    resumed = agents.SCoRe.load(tmp_path / "checkpoint", make_digit_env(8)).learn(8 * 4)
    assert_equal(full_state(resumed), full_state(whole))


def test_a_second_ctrl_c_ends_at_once_and_saves_no_half_update(tmp_path: Path) -> None:
    learner = make_learner("score")
    collect = learner.collect

    def press_twice() -> list[Any]:
        if learner.num_updates == 2:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        return collect()

    learner.collect = press_twice  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        learner.learn(8 * 4, Checkpoints(tmp_path / "checkpoint", every=1))
    assert agents.SCoRe.load(tmp_path / "checkpoint", make_digit_env(8)).num_updates == 2
