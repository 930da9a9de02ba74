"""The promises of every id that is registered; a new id is covered by being there."""

import importlib
import pickle
import subprocess
import sys
import warnings
from copy import deepcopy
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env, data_equivalence
from gymnasium.vector import SyncVectorEnv

import rethink_gym
from rethink_gym.envs import ReasoningEnv, TextVectorEnv
from rethink_gym.envs.making import find_task_class, task_defaults
from rethink_gym.errors import ArgumentError, HubUnavailableError

OURS = sorted(
    spec.id
    for spec in gym.registry.values()
    if isinstance(spec.entry_point, str) and spec.entry_point.startswith("rethink_gym.")
)
SEED = 11


DATA = Path(__file__).with_name("data")
"""A few problems of our own in the layout of each data set, in a folder of its name."""


@pytest.fixture
def arguments(env_id: str, gsm8k_folder: Path) -> dict[str, Any]:
    """What an id needs to be made without a network."""
    task = gym.spec(env_id).kwargs["task"]
    if "data" not in task_defaults(task):
        return {}
    name = find_task_class(task).name
    return {"data": gsm8k_folder if name == "gsm8k" else DATA / name}


each_id = pytest.mark.parametrize("env_id", OURS)


def test_the_promised_ids_are_there() -> None:
    subjects = ("CRUXEval", "Code", "GSM8K", "HumanEval", "MBPP", "Math")
    assert {f"{subject}{kind}-v0" for subject in subjects for kind in ("", "SelfCorrect")} <= set(
        OURS
    )


@each_id
def test_check_env_has_nothing_to_say(env_id: str, arguments: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gym.make(env_id, **arguments).unwrapped)
        check_env(gym.make(env_id, render_mode="ansi", **arguments).unwrapped)


@each_id
def test_two_environments_of_one_seed_are_twins(env_id: str, arguments: dict[str, Any]) -> None:
    first, second = (gym.make(env_id, **arguments) for _ in range(2))
    first.action_space.seed(SEED)
    assert data_equivalence(first.reset(seed=SEED), second.reset(seed=SEED), exact=True)
    for _ in range(6):
        action = first.action_space.sample()
        step = first.step(action)
        assert data_equivalence(step, second.step(action), exact=True)
        if step[2] or step[3]:
            assert data_equivalence(first.reset(), second.reset(), exact=True)


@each_id
def test_the_reset_of_one_environment_never_changes_another(
    env_id: str, arguments: dict[str, Any]
) -> None:
    def play(disturb: bool) -> list[Any]:
        env, other = (gym.make(env_id, **arguments) for _ in range(2))
        seen: list[Any] = [env.reset(seed=SEED)]
        for _ in range(5):
            if disturb:
                other.reset(seed=99)
                other.step("A: 7")
                other.action_space.sample()
            step = env.step("A: 1")
            seen.append(step)
            if step[2]:
                seen.append(env.reset())
        return seen

    assert play(disturb=True) == play(disturb=False)


@each_id
@pytest.mark.parametrize("how", ["deepcopy", "pickle"])
def test_an_environment_is_copied_in_mid_episode(
    env_id: str, how: str, arguments: dict[str, Any]
) -> None:
    env = gym.make(env_id, **arguments, max_attempts=3).unwrapped
    env.reset(seed=SEED)
    env.step("A: 3")
    copy = deepcopy(env) if how == "deepcopy" else pickle.loads(pickle.dumps(env))
    assert copy.step("A: 4") == env.step("A: 4")
    assert copy.step("") == env.step("")
    assert copy.reset() == env.reset()


@each_id
def test_the_vector_environment_is_ours_and_agrees_with_gymnasiums(
    env_id: str, arguments: dict[str, Any]
) -> None:
    ours = gym.make_vec(env_id, num_envs=3, **arguments)
    theirs = gym.make_vec(env_id, num_envs=3, vectorization_mode="sync", **arguments)
    assert isinstance(ours, TextVectorEnv)
    assert isinstance(theirs, SyncVectorEnv)
    assert data_equivalence(ours.reset(seed=SEED), theirs.reset(seed=SEED), exact=True)
    for _ in range(4):
        actions = ("A: 1", "A: -2", "?")
        assert data_equivalence(ours.step(actions), theirs.step(actions), exact=True)


@each_id
def test_a_spec_makes_the_same_environment_again(env_id: str, arguments: dict[str, Any]) -> None:
    arguments = {name: str(value) for name, value in arguments.items()}
    env = gym.make(env_id, **arguments, split="test", feedback="verdict")
    assert env.spec is not None
    again = gym.make(EnvSpec.from_json(env.spec.to_json()))
    assert again.reset(seed=SEED) == env.reset(seed=SEED)


@each_id
def test_the_right_answer_is_paid_and_the_protocol_kept(
    env_id: str, arguments: dict[str, Any]
) -> None:
    env = gym.make(env_id, **arguments)
    inner = env.unwrapped
    assert isinstance(inner, ReasoningEnv)
    num_attempts = 2 if "SelfCorrect" in env_id else 1
    assert inner.max_attempts == num_attempts
    env.reset(seed=SEED)
    rewards = []
    terminated = False
    while not terminated:
        answer = inner.problem.solution or f"A: {inner.problem.gold}"
        _, reward, terminated, _, info = env.step(f"Done.\n{answer}")
        rewards.append(reward)
        assert info["verdict"]["correct"]
    assert rewards == [1.0] * num_attempts


@each_id
def test_every_option_of_the_environment_passes_through(
    env_id: str, arguments: dict[str, Any]
) -> None:
    env = gym.make(
        env_id,
        **arguments,
        split="test",
        max_attempts=4,
        feedback="verdict",
        reward="progress",
        max_chars=500,
        render_mode="ansi",
    ).unwrapped
    assert isinstance(env, ReasoningEnv)
    assert (env.split, env.max_attempts, env.reward_scheme) == ("test", 4, "progress")
    assert (env.max_chars, env.render_mode) == (500, "ansi")


@pytest.mark.parametrize("level", [1, 5])
@pytest.mark.parametrize("env_id", ["Math-v0", "MathSelfCorrect-v0"])
def test_the_level_passes_through(env_id: str, level: int) -> None:
    assert gym.make(env_id, level=level).reset()[1]["problem_id"].startswith(f"math/level{level}/")
    infos = gym.make_vec(env_id, num_envs=2, level=level).reset()[1]
    assert infos["problem_id"][1].startswith(f"math/level{level}/")


@pytest.mark.parametrize("level", [0, 6, "1", True, 1.0, None, []])
def test_an_unknown_level_is_refused(level: Any) -> None:
    with pytest.raises(ArgumentError, match="level must be a whole number from 1 to 5, got"):
        gym.make("Math-v0", level=level)


@pytest.mark.parametrize("make", [gym.make, gym.make_vec])
@pytest.mark.parametrize(
    ("env_id", "hub_name"),
    [
        ("GSM8K-v0", "openai/gsm8k"),
        ("HumanEval-v0", "openai/openai_humaneval"),
        ("MBPP-v0", "google-research-datasets/mbpp"),
        ("CRUXEval-v0", "cruxeval-org/cruxeval"),
    ],
)
def test_a_data_set_without_data_or_hub_says_how_to_get_it(
    make: Any, env_id: str, hub_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnavailableError, match=rf"{hub_name}.*pass data='FOLDER'"):
        make(env_id)


def test_a_bad_number_of_sub_environments_is_refused() -> None:
    with pytest.raises(ArgumentError, match="num_envs must be a whole number of at least 1"):
        gym.make_vec("Math-v0", num_envs=0)


def test_registering_again_changes_nothing() -> None:
    before = dict(gym.registry)
    importlib.import_module("rethink_gym.envs.registry").register_envs()
    assert gym.registry == before
    assert rethink_gym.__doc__


def test_the_module_prefix_registers_without_an_import() -> None:
    code = (
        "import gymnasium as gym\n"
        "env = gym.make('rethink_gym:MathSelfCorrect-v0')\n"
        "print(env.reset(seed=0)[1]['problem_id'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("math/level1/train/")


@pytest.mark.parametrize("make", [gym.make, gym.make_vec])
@pytest.mark.parametrize("env_id", ["Math-v0", "GSM8KSelfCorrect-v0"])
def test_an_option_that_is_not_known_is_named_with_the_near_miss(make: Any, env_id: str) -> None:
    with pytest.raises(ArgumentError, match=r"got 'max_attemps'\. Did you mean 'max_attempts'\?"):
        make(env_id, max_attemps=3, **({"data": "."} if "GSM8K" in env_id else {}))
