"""The promises of the ids and of the factories; a new id is covered as soon as it exists."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import gymnasium as gym
import pytest

import rethink_gym
import rethink_gym.envs.tasks as tasks
from rethink_gym.envs import ReasoningEnv, StepEnv, TextVectorEnv
from rethink_gym.envs.registry import env_defaults, make_env, make_vector_env
from rethink_gym.envs.tasks import TASKS, MathMix
from rethink_gym.envs.testing import check_text_env
from rethink_gym.errors import ArgumentError, HubUnavailableError

OURS = sorted(
    spec.id
    for spec in gym.registry.values()
    if isinstance(spec.entry_point, str) and spec.entry_point.startswith("rethink_gym.")
)
DATA = Path(__file__).with_name("data")
ARGUMENTS: dict[str, dict[str, Any]] = json.loads((DATA / "arguments.json").read_text("utf-8"))
"""Required arguments of subjects, such as a few problems in the format of a data set."""
MAX_BAD_SCORES = {"TLDR": 0.25, "WMT22": 0.15, "XSUM": 0.25}
"""Subjects with graded answers, where an echo of the question is a poor answer, but one."""


def subject_of(env_id: str) -> str:
    return env_id.removesuffix("-v0").removesuffix("SelfCorrect").removesuffix("Steps")


def arguments_of(env_id: str) -> dict[str, Any]:
    """Return what an id needs to be made without a network."""
    arguments = dict(ARGUMENTS.get(subject_of(env_id), {}))
    return arguments | {"data": str(DATA / arguments["data"])} if "data" in arguments else arguments


each_id = pytest.mark.parametrize("env_id", OURS)


def test_the_promised_ids_exist() -> None:
    assert {"GSM8K-v0", "GSM8KSelfCorrect-v0", "Math-v0", "MathSelfCorrect-v0"} <= set(OURS)
    assert {"MathSteps-v0", "GSM8KSteps-v0"} <= set(OURS)
    assert set(ARGUMENTS) <= set(map(subject_of, OURS))


@each_id
def test_an_id_keeps_every_promise(env_id: str) -> None:
    check_text_env(
        env_id,
        max_bad_score=MAX_BAD_SCORES.get(subject_of(env_id), 0.0),
        num_problems=5,
        num_samples=200,
        **arguments_of(env_id),
    )


@pytest.mark.slow
@pytest.mark.parametrize("subject", sorted(set(map(subject_of, OURS))))
def test_no_question_of_twenty_thousand_occurs_in_two_splits(subject: str) -> None:
    env_id = f"{subject}-v0"
    check_text_env(env_id, promises=["splits"], num_samples=20_000, **arguments_of(env_id))


@each_id
def test_the_vector_environment_is_ours(env_id: str) -> None:
    env = gym.make_vec(env_id, num_envs=2, **arguments_of(env_id))
    assert isinstance(env, TextVectorEnv)
    assert env.envs[0].task is env.envs[1].task


@each_id
def test_an_id_is_played_by_its_protocol(env_id: str) -> None:
    inner = gym.make(env_id, **arguments_of(env_id)).unwrapped
    if env_id.endswith("Steps-v0"):
        assert isinstance(inner, StepEnv)
        return
    assert isinstance(inner, ReasoningEnv)
    assert inner.max_attempts == (2 if "SelfCorrect" in env_id else 1)


@pytest.mark.parametrize("env_id", [env_id for env_id in OURS if "Steps" not in env_id])
def test_every_option_of_the_environment_passes_through(env_id: str) -> None:
    env = gym.make(
        env_id,
        **arguments_of(env_id),
        split="test",
        max_attempts=4,
        feedback="verdict",
        reward="progress",
        max_chars=5_000,
        render_mode="ansi",
    ).unwrapped
    assert isinstance(env, ReasoningEnv)
    assert (env.split, env.max_attempts, env.reward_scheme) == ("test", 4, "progress")
    assert (env.max_chars, env.render_mode) == (5_000, "ansi")


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
    "name", [name for name in TASKS if name in ARGUMENTS and name != "Dataset"]
)
def test_a_data_set_without_data_or_hub_says_how_to_get_it(
    make: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets

    hub_name = getattr(tasks, name).HUB_NAME
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnavailableError, match=rf"{hub_name}.*pass data='FOLDER'"):
        make(f"{name}-v0")


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


MATH = "rethink_gym.envs.tasks.math:MathMix"


class FromFile(MathMix):
    """A task whose problems are read from files; its one argument has no default."""

    reads_files: ClassVar = True

    def __init__(self, data: str) -> None:
        super().__init__()
        self.data = data


FROM_FILE = f"{__name__}:FromFile"


@pytest.fixture(autouse=True)
def _find_this_module(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType(__name__)
    module.__dict__["FromFile"] = FromFile
    monkeypatch.setitem(sys.modules, __name__, module)


def test_environments_of_equal_arguments_share_one_task() -> None:
    first, second = make_env(task=MATH, level=2), make_env(task=MATH, level=2, split="test")
    assert first.task is second.task
    assert make_env(task=MATH, level=1).task is not first.task


def test_a_task_that_reads_files_is_built_each_time() -> None:
    first, second = (make_env(task=FROM_FILE, data="x") for _ in range(2))
    assert first.task is not second.task


@pytest.mark.parametrize("make", [make_env, make_vector_env])
def test_an_argument_without_a_default_must_be_given(make: Any) -> None:
    with pytest.raises(ArgumentError, match="data must be given, as it has no default"):
        make(task=FROM_FILE)


def test_sub_environments_share_task_and_verifier() -> None:
    for env_class in ("ReasoningEnv", "StepEnv"):
        envs = make_vector_env(3, task=MATH, env_class=env_class).envs
        assert len({id(env.task) for env in envs}) == 1
        assert len({id(env.verifier) for env in envs}) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "math"}, "task must be of the form 'module:Class'"),
        ({"task": "rethink_gym.errors:ArgumentError"}, "a class that inherits from Task"),
        ({"task": MATH, "env_class": "StepsEnv"}, "Did you mean 'StepEnv'"),
        ({"task": MATH, "max_step": 3, "env_class": "StepEnv"}, "Did you mean 'max_steps'"),
        ({"task": MATH, "max_steps": 3}, "option must be one of"),
    ],
)
def test_a_bad_option_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make_env(**options)


def test_each_environment_class_has_options_of_its_own() -> None:
    assert env_defaults("ReasoningEnv")["max_attempts"] == 1
    assert env_defaults("StepEnv")["max_steps"] == 16
    assert isinstance(gym.make("Math-v0").unwrapped, ReasoningEnv)
    assert isinstance(gym.make("MathSteps-v0").unwrapped, StepEnv)


def test_the_default_split_is_that_of_the_task() -> None:
    assert make_env(task=MATH).split == "train"
    assert make_env(task=MATH, split="test").split == "test"
