"""The promises of the wrapper that shows the whole conversation."""

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import check_env

from rethink_gym.envs import FreeText, ReasoningEnv
from rethink_gym.envs.prompt import CORRECTION
from rethink_gym.envs.tasks import MathMix
from rethink_gym.envs.wrappers import Transcript
from rethink_gym.errors import ArgumentError, DataError


def test_the_observation_is_the_whole_conversation() -> None:
    env = Transcript(gym.make("MathSelfCorrect-v0"))
    prompt = env.unwrapped.task.problem(3, "train").prompt  # type: ignore[attr-defined]
    assert env.reset(options={"problem": 3})[0] == f"user: {prompt}"
    observation, _, terminated, _, info = env.step("Sure.\nA: 99")
    assert observation == f"user: {prompt}\n\nassistant: Sure.\nA: 99\n\nuser: {CORRECTION}"
    assert not terminated
    assert info["attempt"] == 1
    last = env.step("")
    assert last[0] == f"{observation}\n\nassistant: "
    assert last[2]
    assert env.reset(options={"problem": 3})[0] == f"user: {prompt}"


# The checker would rather see an environment without wrappers; here they are what it is for.
@pytest.mark.filterwarnings("ignore:.*is different from the unwrapped version")
def test_it_passes_gymnasiums_check() -> None:
    env = Transcript(ReasoningEnv(MathMix(), max_attempts=2))
    assert env.observation_space == FreeText(1_000_000)
    check_env(env, skip_render_check=True)


def test_a_conversation_that_is_too_long_says_what_to_do() -> None:
    env = Transcript(ReasoningEnv(MathMix(), max_attempts=2), max_chars=300)
    env.reset(seed=0)
    with pytest.raises(DataError, match=r"more than max_chars=300\. Wrap .* larger max_chars"):
        env.step("x" * 300)
    with pytest.raises(ArgumentError, match="max_chars must be a whole number"):
        Transcript(env, max_chars=0)
