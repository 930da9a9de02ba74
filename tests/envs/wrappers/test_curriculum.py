"""The promises of the curriculum."""

from typing import Any

import gymnasium as gym
import pytest
from gymnasium.vector import SyncVectorEnv

from rethink_gym.envs import ReasoningEnv, TextVectorEnv
from rethink_gym.envs.tasks import Arithmetic, MathMix
from rethink_gym.envs.wrappers import Curriculum, VectorCurriculum
from rethink_gym.errors import ArgumentError


def play(env: Curriculum, results: str, seed: int | None = None) -> list[Any]:
    """Play an episode for each sign, correct for ``+``; return the difficulty of each."""
    difficulties = []
    for sign in results:
        _, info = env.reset(seed=seed)
        seed = None
        difficulties.append(info["difficulty"])
        gold = env.unwrapped.problem.gold  # type: ignore[attr-defined]
        info = env.step(f"A: {gold}" if sign == "+" else "nothing")[4]
        assert info["difficulty"] == difficulties[-1]
    return difficulties


@pytest.mark.parametrize(
    ("results", "difficulties"),
    [
        ("++++++", [1, 1, 2, 2, 3, 3]),
        ("------", [1, 1, 1, 1, 1, 1]),
        ("++--++", [1, 1, 2, 2, 1, 1]),
        ("+-+-++", [1, 1, 1, 1, 1, 1]),
        ("+-++++", [1, 1, 1, 1, 2, 2]),
        ("++++++++++++", [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5]),
    ],
)
def test_difficulty_follows_the_last_successes_between_the_bounds(
    results: str, difficulties: list[int]
) -> None:
    env = Curriculum(ReasoningEnv(MathMix()), "level", range(1, 6), window=2)
    assert play(env, results) == difficulties


def test_the_problems_are_those_of_the_difficulty() -> None:
    env = Curriculum(gym.make("Math-v0"), "level", [1, 4], window=1)
    play(env, "+", seed=0)
    _, info = env.reset()
    assert info["problem_id"].startswith("math/level4/")
    assert info["difficulty"] == env.difficulty == 4
    assert MathMix().problem(0, "train").id.startswith("math/level1/")


def test_equal_seeds_and_actions_give_equal_episodes() -> None:
    def episodes() -> list[str]:
        env = Curriculum(ReasoningEnv(MathMix()), "level", range(1, 6), window=3)
        play(env, "+++-++++", seed=4)
        return [env.reset()[0] for _ in range(3)]

    assert episodes() == episodes()


def test_any_argument_of_a_task_can_be_moved_and_the_others_stay() -> None:
    inner = ReasoningEnv(Arithmetic(operators="+-*"))
    env = Curriculum(inner, "max_operand", [9, 99], window=1)
    play(env, "+")
    env.reset()
    assert isinstance(inner.task, Arithmetic)
    assert (inner.task.max_operand, inner.task.operators) == (99, "+-*")


def test_sub_environments_climb_together() -> None:
    env = VectorCurriculum(
        TextVectorEnv([lambda: ReasoningEnv(MathMix())] * 3), "level", [1, 2, 3], window=3
    )
    env.reset(seed=0)
    seen = []
    for _ in range(3):
        seen.append(env.difficulty)
        golds = [problem.gold for problem in env.env.get_attr("problem")]  # type: ignore[attr-defined]
        env.step(tuple(f"A: {gold}" for gold in golds))
        _, _, _, _, infos = env.step(("",) * 3)
        assert all(text.startswith(f"math/level{env.difficulty}/") for text in infos["problem_id"])
    assert seen == [1, 2, 3]


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_gymnasiums_vector_environment_climbs_alike(mode: str) -> None:
    fns = [lambda: ReasoningEnv(MathMix())] * 3
    ours, theirs = (
        VectorCurriculum(kind(fns, autoreset_mode=mode), "level", [1, 2], window=4)
        for kind in (TextVectorEnv, SyncVectorEnv)
    )
    assert ours.reset(seed=0)[0] == theirs.reset(seed=0)[0]
    for _ in range(8):
        golds = [problem.gold for problem in ours.env.get_attr("problem")]  # type: ignore[attr-defined]
        actions = tuple(f"A: {gold}" for gold in golds)
        assert ours.step(actions)[0] == theirs.step(actions)[0]
        assert ours.get_wrapper_state() == theirs.get_wrapper_state()
    assert ours.difficulty == 2


def test_the_state_of_a_vector_curriculum_can_be_restored() -> None:
    def make() -> VectorCurriculum:
        return VectorCurriculum(
            TextVectorEnv([lambda: ReasoningEnv(MathMix())]), "level", [1, 2], window=2
        )

    env, other = make(), make()
    env.reset(seed=0)
    for _ in range(3):
        [problem] = env.env.get_attr("problem")  # type: ignore[attr-defined]
        env.step((f"A: {problem.gold}",))
    other.set_wrapper_state(env.get_wrapper_state())
    assert other.difficulty == env.difficulty == 2
    assert other.reset()[1]["problem_id"][0].startswith("math/level2/")


def test_it_is_recorded_in_the_spec() -> None:
    env = Curriculum(gym.make("Math-v0"), "level", [1, 4], window=1)
    assert env.spec is not None
    again = gym.make(env.spec)
    assert again.reset(seed=0) == env.reset(seed=0)


@pytest.mark.parametrize(
    ("argument", "values", "options", "message"),
    [
        (
            "levle",
            [1],
            {},
            r"must be one of the task's arguments, \['level'\], got 'levle'",
        ),
        ("level", [1, 9], {}, "level must be"),
        ("level", [], {}, "values must be at least one value"),
        ("level", [1], {"window": 0}, "window must be a whole number of at least 1"),
        ("level", [1], {"raise_at": 0.2}, "numbers with 0 <= lower_at < raise_at <= 1"),
    ],
)
def test_a_bad_argument_is_refused(
    argument: str, values: list[int], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        Curriculum(ReasoningEnv(MathMix()), argument, values, **options)
