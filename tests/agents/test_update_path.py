"""An update can be followed by hand: few files, one method per learner, short class ladders."""

import ast
import inspect
import io
import sys
import textwrap
import tokenize
from types import FrameType
from typing import Any

import pytest

from rethink_gym import agents
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.config import TrainingConfig
from rethink_gym.agents.training.on_policy import OnPolicy
from rethink_gym.agents.training.self_training import SelfTraining

NO_CODE = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}
MAX_FILES = 8
MAX_UPDATE_LINES = 40
MAX_LEVELS = 4
BASES = (Algorithm, OnPolicy, SelfTraining)
MAY_OVERRIDE = {
    "__init__",
    "episodes_per_update",
    "collect",
    "update",
    "act",
    "state_dict",
    "load_state_dict",
    "save_extra",
    "load_extra",
    # What a learner is, rather than what it does.
    "name",
    "config_class",
    "default_episodes",
}
LEARNERS: dict[str, type[Algorithm[Any]]] = {
    name: getattr(agents, learner) for name, learner in agents.ALGORITHMS.items()
}


def files_of_an_update() -> set[str]:
    """Return the files of the package that one PPO update passes, relative to `agents`."""
    policy = agents.LanguageModel.from_pretrained("tiny", seed=0)
    config = agents.PPOConfig(
        problems_per_update=1,
        samples_per_problem=2,
        max_new_tokens=8,
        num_epochs=1,
        num_minibatches=1,
    )
    learner = agents.PPO(policy, "Math-v0", config)
    files: set[str] = set()

    def record(frame: FrameType, event: str, argument: object) -> None:
        _, _, file = frame.f_code.co_filename.partition("rethink_gym/agents/")
        if event == "call" and file and "<" not in frame.f_code.co_qualname:
            files.add(file)

    previous = sys.getprofile()
    sys.setprofile(record)
    try:
        learner.learn(2)
    finally:
        sys.setprofile(previous)
    return files


def test_one_update_of_ppo_passes_at_most_8_files_outside_the_policies() -> None:
    files = files_of_an_update()
    assert "algorithms/ppo.py" in files, "nothing was recorded"
    outside = sorted(file for file in files if not file.startswith("policies/"))
    assert len(outside) <= MAX_FILES, "\n".join(["", *outside])


def code_lines(function: Any) -> int:
    """Count the lines of a function that hold code: no docstring, comment or empty line."""
    source = textwrap.dedent(inspect.getsource(function))
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    lines = {
        line
        for token in tokens
        if token.type not in NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    (tree,) = ast.parse(source).body
    assert isinstance(tree, ast.FunctionDef)
    if ast.get_docstring(tree) is not None:
        lines -= set(range(tree.body[0].lineno, (tree.body[0].end_lineno or 0) + 1))
    return len(lines)


@pytest.mark.parametrize("name", LEARNERS)
def test_an_update_has_at_most_40_lines_of_code(name: str) -> None:
    assert code_lines(LEARNERS[name].update) <= MAX_UPDATE_LINES


@pytest.mark.parametrize("name", LEARNERS)
def test_an_update_does_not_call_that_of_a_base_class(name: str) -> None:
    source = textwrap.dedent(inspect.getsource(LEARNERS[name].update))
    calls = {
        ast.unparse(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)
    }
    assert not calls & {"super", *(f"{base.__name__}.update" for base in LEARNERS[name].__mro__)}


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_overrides_only_what_learners_may_override(name: str) -> None:
    learner = LEARNERS[name]
    inherited = {member for base in BASES if issubclass(learner, base) for member in vars(base)}
    own = {
        member
        for each in learner.__mro__
        if issubclass(each, Algorithm) and each not in BASES
        for member in vars(each)
        if member == "__init__" or not member.startswith(("__", "_abc_"))
    }
    offenders = (own & inherited) - MAY_OVERRIDE
    assert not offenders, sorted(offenders)


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_has_at_most_4_levels(name: str) -> None:
    levels = [each.__name__ for each in LEARNERS[name].__mro__ if issubclass(each, Algorithm)]
    assert len(levels) <= MAX_LEVELS, levels


@pytest.mark.parametrize("name", LEARNERS)
def test_a_config_is_frozen_and_has_at_most_4_levels(name: str) -> None:
    config_class: type[Any] = LEARNERS[name].config_class
    levels = [each for each in config_class.__mro__ if issubclass(each, TrainingConfig)]
    assert len(levels) <= MAX_LEVELS, [each.__name__ for each in levels]
    assert all(vars(each)["__dataclass_params__"].frozen for each in levels)
