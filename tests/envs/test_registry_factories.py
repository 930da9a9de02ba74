"""The promises of making environments out of tasks and options."""

from typing import Any, ClassVar

import gymnasium as gym
import pytest

from rethink_gym.envs import ReasoningEnv, StepEnv
from rethink_gym.envs.registry import env_defaults, make_env, make_vector_env
from rethink_gym.envs.tasks import MathMix
from rethink_gym.errors import ArgumentError

MATH = "rethink_gym.envs.tasks.math:MathMix"


class FromFile(MathMix):
    """Stands for a task whose problems lie in files; its one argument has no default."""

    reads_files: ClassVar = True

    def __init__(self, data: str) -> None:
        super().__init__()
        self.data = data


FROM_FILE = f"{__name__}:FromFile"


@pytest.fixture(autouse=True)
def _find_this_module(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    from types import ModuleType

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
    for protocol in ("attempts", "steps"):
        envs = make_vector_env(3, task=MATH, protocol=protocol).envs
        assert len({id(env.task) for env in envs}) == 1
        assert len({id(env.verifier) for env in envs}) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "math"}, "task must be of the form 'module:Class'"),
        ({"task": "rethink_gym.errors:ArgumentError"}, "a class that inherits from Task"),
        ({"task": MATH, "protocol": "step"}, "protocol must be one of 'attempts', 'steps'"),
        ({"task": MATH, "max_step": 3, "protocol": "steps"}, "Did you mean 'max_steps'"),
        ({"task": MATH, "max_steps": 3}, "option must be one of"),
    ],
)
def test_a_bad_option_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make_env(**options)


def test_each_protocol_knows_its_own_options() -> None:
    assert env_defaults("attempts")["max_attempts"] == 1
    assert env_defaults("steps")["max_steps"] == 16
    assert isinstance(gym.make("Math-v0").unwrapped, ReasoningEnv)
    assert isinstance(gym.make("MathSteps-v0").unwrapped, StepEnv)


def test_the_default_split_is_that_of_the_task() -> None:
    assert make_env(task=MATH).split == "train"
    assert make_env(task=MATH, split="test").split == "test"
