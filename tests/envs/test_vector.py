"""The promises of the vector environment, above all: it is Gymnasium's, only faster."""

import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle, islice
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from hypothesis import given, settings
from hypothesis import strategies as st

from rethink_gym.envs import ReasoningEnv, ResetNeededError, TextVectorEnv, info_of
from rethink_gym.envs.tasks import LinearEquation, MathMix
from rethink_gym.errors import ActionError, ArgumentError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers.math import MathVerifier

MODES = [mode.value for mode in AutoresetMode]
KINDS: list[dict[str, Any]] = [
    {"max_attempts": 1},
    {"max_attempts": 2, "reward": "per_attempt"},
    {"max_attempts": 3, "reward": "progress", "feedback": "verdict"},
]


class CountingVerifier(MathVerifier):
    """Remembers how many answers came in each batch."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def verify_batch(self, answers: Sequence[str], problems: Sequence[Problem]) -> list[Verdict]:
        self.batches.append(len(answers))
        return super().verify_batch(answers, problems)


def make_fns(num_envs: int) -> list[Callable[[], ReasoningEnv]]:
    """Return functions that make environments whose episodes differ in length."""
    return [partial(ReasoningEnv, MathMix(), **kind) for kind in islice(cycle(KINDS), num_envs)]


def choose_actions(env: TextVectorEnv, chance: random.Random) -> tuple[str, ...]:
    """Return an action for each sub-environment, right in half of the cases."""
    return tuple(
        chance.choice([f"Sure.\nA: {each.problem.gold}"] * 3 + ["A: 5", "no idea", ""])
        for each in env.envs
    )


def assert_same(ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> None:
    assert data_equivalence(ours, theirs, exact=True), f"{ours}\n{theirs}"


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    num_envs=st.integers(1, 7),
    mode=st.sampled_from(MODES),
)
def test_it_plays_the_episodes_of_the_sync_vector_env(seed: int, num_envs: int, mode: str) -> None:
    ours = TextVectorEnv(make_fns(num_envs), autoreset_mode=mode)
    theirs = SyncVectorEnv(make_fns(num_envs), autoreset_mode=mode)
    assert ours.action_space == theirs.action_space
    assert ours.observation_space == theirs.observation_space
    assert ours.metadata == theirs.metadata
    chance = random.Random(seed)
    assert_same(ours.reset(seed=seed), theirs.reset(seed=seed))
    assert ours.np_random_seed == theirs.np_random_seed
    for _ in range(8):
        actions = choose_actions(ours, chance)
        step = ours.step(actions)
        assert_same(step, theirs.step(actions))
        is_over = step[2] | step[3]
        if mode == "Disabled" and is_over.any():
            options = {"reset_mask": is_over}
            assert_same(ours.reset(options=dict(options)), theirs.reset(options=dict(options)))


@pytest.mark.parametrize("mode", MODES)
def test_the_infos_of_sub_environments_are_those_of_single_ones(mode: str) -> None:
    together = TextVectorEnv(make_fns(3), autoreset_mode=mode)
    alone = [make() for make in make_fns(3)]
    _, infos = together.reset(seed=10)
    for place, env in enumerate(alone):
        assert info_of(infos, place) == env.reset(seed=10 + place)[1]
    _, _, terminations, _, infos = together.step(("A: 1", "A: 2", "A: 3"))
    for place, env in enumerate(alone):
        observation, _, _, _, info = env.step(f"A: {place + 1}")
        own = info_of(infos, place)
        if mode == "SameStep" and terminations[place]:
            assert own["final_obs"] == observation
            assert own["final_info"] == info
            assert own["attempt"] == 0
        else:
            assert own == info


def test_attempts_are_judged_in_one_batch_per_verifier() -> None:
    shared, other = CountingVerifier(), CountingVerifier()
    verifiers = [shared, other, shared, shared]
    env = TextVectorEnv(
        [partial(ReasoningEnv, MathMix(), verifier=verifier) for verifier in verifiers]
    )
    env.reset(seed=0)
    env.step(("A: 1",) * 4)
    env.step(("ignored, as all of them begin anew",) * 4)
    env.step(("A: 1",) * 4)
    assert shared.batches == [3, 3]
    assert other.batches == [1, 1]


def test_sub_environments_may_play_different_tasks() -> None:
    tasks = [MathMix(), LinearEquation()]
    env = TextVectorEnv([partial(ReasoningEnv, task) for task in tasks])
    observations, _ = env.reset(options={"problem": 4})
    assert observations == tuple(task.problem(4, "train").prompt for task in tasks)


@pytest.mark.parametrize("problems", [7, [7, 7], (7, 7), np.array([7, 7])])
def test_reset_plays_the_problems_that_are_asked_for(problems: Any) -> None:
    env = gym.make_vec("MathSelfCorrect-v0", num_envs=2)
    options = {"problem": problems}
    _, infos = env.reset(options=options)
    assert infos["problem_id"].tolist() == ["math/level1/train/7"] * 2
    assert options == {"problem": problems}


def test_a_masked_reset_leaves_the_others_alone() -> None:
    env = gym.make_vec("MathSelfCorrect-v0", num_envs=3, autoreset_mode="Disabled")
    env.reset(seed=0)
    observations = env.step(("A: 1",) * 3)[0]
    mask = np.array([False, True, False])
    reset, infos = env.reset(options={"problem": [1, 2, 3], "reset_mask": mask})
    assert (reset[0], reset[2]) == (observations[0], observations[2])
    assert infos["_problem_id"].tolist() == mask.tolist()
    assert info_of(infos, 1) == {"problem_id": "math/level1/train/2", "attempt": 0}
    assert info_of(infos, 0) == {}
    assert env.step(("A: 1",) * 3)[2].tolist() == [True, False, True]
    with pytest.raises(ResetNeededError, match=r"\[0, 2\] have ended .*reset_mask"):
        env.step(("A: 1",) * 3)
    env.reset(options={"reset_mask": ~mask})
    assert env.step(("A: 1",) * 3)[2].tolist() == [False, True, False]


def test_seeds_are_one_for_all_or_one_for_each() -> None:
    env = gym.make_vec("Math-v0", num_envs=3)
    counted = env.reset(seed=5)
    assert_same(counted, env.reset(seed=[5, 6, 7]))  # type: ignore[arg-type]
    assert_same(counted, env.reset(seed=np.int64(5)))  # type: ignore[arg-type]
    assert len(set(counted[0])) == 3


def test_attributes_methods_and_rendering_reach_every_sub_environment() -> None:
    env = gym.make_vec("Math-v0", num_envs=2, render_mode="ansi")
    assert isinstance(env, TextVectorEnv)
    assert env.get_attr("max_attempts") == (1, 1)
    env.reset(options={"problem": [3, 4]})
    assert [problem.id[-1] for problem in env.get_attr("problem")] == ["3", "4"]
    first, second = env.render()
    assert first is not None
    assert first.startswith("── math/level1/train/3")
    assert second == env.call("render")[1]
    env.set_attr("max_attempts", [5, 6])
    assert env.get_attr("max_attempts") == (5, 6)
    env.set_attr("max_attempts", 2)
    assert env.get_attr("max_attempts") == (2, 2)
    with pytest.raises(ArgumentError, match="values must be of length 2"):
        env.set_attr("max_attempts", [1])
    env.close()
    assert env.closed


def make_short() -> ReasoningEnv:
    return ReasoningEnv(MathMix(), max_chars=200)


@pytest.mark.parametrize(
    ("env_fns", "mode", "message"),
    [
        ([], "NextStep", "env_fns must be at least one function"),
        ([make_short], "Sometimes", "autoreset_mode must be one of 'NextStep'"),
        ([lambda: gym.make("Math-v0")], "NextStep", "ReasoningEnv without wrappers.*SyncVectorEnv"),
        ([make_short, lambda: ReasoningEnv(MathMix())], "NextStep", "max_chars must be the same"),
    ],
)
def test_a_bad_argument_is_refused(env_fns: Any, mode: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        TextVectorEnv(env_fns, autoreset_mode=mode)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": [1, 2, 3]}, "seed must be a whole number or a sequence of 2 of them"),
        ({"seed": "1"}, "seed must be a whole number"),
        ({"options": {"problem": [1]}}, "a sequence of 2 of them"),
        ({"options": {"problem": [1, 10**9]}}, "from 0 to 999999"),
        ({"options": {"problem": [1, 2.5]}}, "a whole number"),
        ({"options": {"mask": 1}}, "options must be one of 'problem'"),
        ({"options": {"reset_mask": [True, True]}}, "a numpy bool array of shape"),
        ({"options": {"reset_mask": np.array([1, 0])}}, "a numpy bool array of shape"),
        ({"options": {"reset_mask": np.array([True])}}, r"of shape \(2,\)"),
        ({"options": {"reset_mask": np.array([False, False])}}, "at least one True"),
    ],
)
def test_a_bad_reset_is_refused(arguments: dict[str, Any], message: str) -> None:
    env = TextVectorEnv([make_short, make_short])
    with pytest.raises(ArgumentError, match=message):
        env.reset(**arguments)


def test_bad_actions_are_refused_before_any_is_played() -> None:
    env = TextVectorEnv([make_short, make_short])
    with pytest.raises(ResetNeededError, match="has not been reset"):
        env.step(("A: 1", "A: 2"))
    env.reset(seed=0)
    with pytest.raises(ActionError, match="got int"):
        env.step(("A: 1", 2))  # type: ignore[arg-type]
    with pytest.raises(ActionError, match="at most 200 characters"):
        env.step(("A: 1", "2" * 201))
    with pytest.raises(ArgumentError, match="actions must be 2 texts"):
        env.step(("A: 1",))
    assert env.step(("A: 1", "A: 2"))[2].all()
