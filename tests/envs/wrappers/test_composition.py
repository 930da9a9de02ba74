"""Our environments and wrappers compose with Gymnasium's own."""

from typing import SupportsFloat

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import RecordEpisodeStatistics, TimeLimit, TransformReward
from gymnasium.wrappers.vector import RecordEpisodeStatistics as VectorStatistics

from rethink_gym.envs import ReasoningEnv, StepEnv, TextVectorEnv
from rethink_gym.envs.tasks import MathMix
from rethink_gym.envs.wrappers import Curriculum, LengthPenalty, Transcript

RIGHT = "1+1=2"


def doubled(reward: SupportsFloat) -> float:
    return 2 * float(reward)


def test_statistics_count_turns_and_rewards() -> None:
    env = RecordEpisodeStatistics(gym.make("MathSelfCorrect-v0"))
    env.reset(seed=0)
    gold = env.unwrapped.problem.gold  # type: ignore[attr-defined]
    assert "episode" not in env.step("A: 1000")[4]
    info = env.step(f"A: {gold}")[4]
    assert (info["episode"]["r"], info["episode"]["l"]) == (1.0, 2)


def test_a_time_limit_truncates_and_does_not_terminate() -> None:
    env = TimeLimit(StepEnv(MathMix()), max_episode_steps=2)
    env.reset(seed=0)
    assert env.step(RIGHT)[2:4] == (False, False)
    assert env.step(RIGHT)[2:4] == (False, True)


def test_a_time_limit_as_an_argument_of_make_truncates() -> None:
    env = gym.make("MathSelfCorrect-v0", max_episode_steps=1)
    env.reset(seed=0)
    assert env.step("A: 1000")[2:4] == (False, True)


def test_rewards_are_transformed() -> None:
    env = TransformReward(ReasoningEnv(MathMix()), doubled)
    env.reset(seed=0)
    assert env.step(f"A: {env.unwrapped.problem.gold}")[1] == 2.0  # type: ignore[attr-defined]


# The checker would rather see an environment without wrappers; here they are what it is for.
@pytest.mark.filterwarnings("ignore:.*is different from the unwrapped version")
def test_all_wrappers_stack_and_pass_gymnasiums_check() -> None:
    env = Curriculum(ReasoningEnv(MathMix(), max_attempts=2), "level", [1, 2], window=1)
    stacked = Transcript(
        TimeLimit(TransformReward(LengthPenalty(env), doubled), max_episode_steps=5)
    )
    check_env(stacked, skip_render_check=True)
    stacked.reset(seed=0)
    gold = env.unwrapped.problem.gold  # type: ignore[attr-defined]
    _, reward, _, _, info = stacked.step(f"A: {gold}")
    assert reward == 0.0
    assert info["difficulty"] == 1
    assert stacked.step(f"A: {gold}")[1] == 2.0
    assert stacked.reset()[1]["difficulty"] == 2


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_vector_statistics_count_turns_and_rewards(mode: str) -> None:
    inner = gym.make_vec("MathSelfCorrect-v0", num_envs=3, autoreset_mode=mode)
    assert isinstance(inner, TextVectorEnv)
    env = VectorStatistics(inner)
    env.reset(seed=0)
    for _ in range(2):
        actions = tuple(f"A: {each.problem.gold}" for each in inner.envs)
        _, _, terminations, _, infos = env.step(actions)
    assert terminations.all()
    assert infos["episode"]["r"].tolist() == [2.0] * 3
    assert infos["episode"]["l"].tolist() == [2] * 3
    assert np.all(infos["_episode"])
