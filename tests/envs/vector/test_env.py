"""The promises of the vector environment: its results are those of Gymnasium's own."""

import json
import random
from collections.abc import Callable
from functools import partial
from itertools import cycle, islice
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv
from gymnasium.wrappers import TimeLimit
from hypothesis import given, settings
from hypothesis import strategies as st

from rethink_gym.envs import (
    ReasoningEnv,
    ResetNeededError,
    StepEnv,
    TextEnv,
    TextVectorEnv,
    info_of,
)
from rethink_gym.envs.prompt import HINT_REQUEST
from rethink_gym.envs.tasks import LinearEquation, MathMix
from rethink_gym.errors import ActionError, ArgumentError

MODES = [mode.value for mode in AutoresetMode]
MATH = MathMix()
MAKERS: list[Callable[[], TextEnv]] = [
    partial(ReasoningEnv, MATH),
    partial(ReasoningEnv, MATH, max_attempts=2, reward="per_attempt"),
    partial(ReasoningEnv, MATH, max_attempts=3, reward="progress", feedback="verdict"),
    partial(ReasoningEnv, MATH, max_attempts=2, stop_when_correct=True, max_hints=1),
    partial(StepEnv, MATH, max_steps=3),
]


def make_fns(num_envs: int) -> list[Callable[[], TextEnv]]:
    """Return functions that make environments whose episodes differ in length."""
    return list(islice(cycle(MAKERS), num_envs))


def choose_actions(env: TextVectorEnv, rng: random.Random) -> tuple[str, ...]:
    """Return an action for each sub-environment, correct in half of the cases."""
    return tuple(
        rng.choice([f"Sure.\nA: {each.problem.gold}"] * 3 + ["A: 5", "no idea", "", HINT_REQUEST])
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
    rng = random.Random(seed)
    assert_same(ours.reset(seed=seed), theirs.reset(seed=seed))
    assert ours.np_random_seed == theirs.np_random_seed
    for _ in range(8):
        actions = choose_actions(ours, rng)
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
    for index, env in enumerate(alone):
        assert info_of(infos, index) == env.reset(seed=10 + index)[1]
    _, _, terminations, _, infos = together.step(("A: 1", "A: 2", "A: 3"))
    for index, env in enumerate(alone):
        observation, _, _, _, info = env.step(f"A: {index + 1}")
        own = info_of(infos, index)
        if mode == "SameStep" and terminations[index]:
            assert own["final_obs"] == observation
            assert own["final_info"] == info
            assert own["attempt"] == 0
        else:
            assert own == info


@pytest.mark.parametrize("mode", MODES)
def test_another_vector_environment_continues_from_a_state(mode: str) -> None:
    env, other = (TextVectorEnv(make_fns(4), autoreset_mode=mode) for _ in range(2))
    env.reset(seed=3)
    rng = random.Random(3)
    for _ in range(4):
        state = json.loads(json.dumps(env.get_state()))
        other.reset(seed=99)
        other.set_state(state)
        actions = choose_actions(env, rng)
        step = env.step(actions)
        assert_same(other.step(actions), step)
        is_over = step[2] | step[3]
        if mode == "Disabled" and is_over.any():
            options = {"reset_mask": is_over}
            assert_same(env.reset(options=dict(options)), other.reset(options=dict(options)))
    for different in (TextVectorEnv(make_fns(3), autoreset_mode=mode), other):
        with pytest.raises(ArgumentError, match="state must be that of an environment with the"):
            different.set_state({**state, "autoreset_mode": "Sometimes"})


def test_async_works_without_shared_memory_and_says_so_with_it() -> None:
    fns = [partial(gym.make, "MathSelfCorrect-v0")] * 2
    with pytest.raises(ValueError, match="shared_memory=False"):
        AsyncVectorEnv(fns)
    theirs = AsyncVectorEnv(fns, shared_memory=False)
    ours = gym.make_vec("MathSelfCorrect-v0", num_envs=2)
    try:
        assert_same(ours.reset(seed=4), theirs.reset(seed=4))
        for _ in range(4):
            actions = ("A: 1", "no idea")
            assert_same(ours.step(actions), theirs.step(actions))
    finally:
        theirs.close()


def test_spawned_workers_find_our_ids_by_the_module_prefix() -> None:
    env = gym.make_vec(
        "rethink_gym:MathSelfCorrect-v0",
        num_envs=1,
        vectorization_mode="async",
        vector_kwargs={"shared_memory": False, "context": "spawn"},
    )
    try:
        observations, infos = env.reset(options={"problem": 3})
        assert observations == (MATH.problem(3, "train").prompt,)
        assert infos["problem_id"].tolist() == ["math/level1/train/3"]
    finally:
        env.close()


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
        (
            [lambda: TimeLimit(make_short(), 5)],
            "NextStep",
            "TextEnv.* without wrappers.*SyncVectorEnv",
        ),
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
