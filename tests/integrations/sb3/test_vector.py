"""The vector environment of Stable-Baselines3 plays the episodes of single environments."""

from collections.abc import Sequence

import numpy as np
from gymnasium.wrappers import TimeLimit
from tests.integrations.sb3.learners import ENV_ID, WINDOW

from rethink_gym.envs import ReasoningEnv
from rethink_gym.envs.tasks import Arithmetic
from rethink_gym.envs.wrappers import TokenLevel
from rethink_gym.integrations.sb3 import TokenVecEnv, make_codec, make_sb3_env
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers import MathVerifier


def test_the_vector_environment_plays_the_episodes_of_single_ones() -> None:
    codec = make_codec("tiny")
    texts = [TimeLimit(ReasoningEnv(Arithmetic(), max_attempts=n), 2) for n in (1, 2, 3)]
    singles = [
        TokenLevel(TimeLimit(ReasoningEnv(Arithmetic(), max_attempts=n), 2), codec, window=128)
        for n in (1, 2, 3)
    ]
    together = TokenVecEnv([texts[0], texts[1].unwrapped, texts[2]], codec, window=128)
    together.seed(7)
    first = together.reset()
    for index, env in enumerate(singles):
        assert np.array_equal(first[index], env.reset(seed=7 + index)[0])
    random = np.random.default_rng(0)
    end = min(codec.end_ids)
    num_over = num_cut = 0
    for _ in range(300):
        actions = np.where(random.random(3) < 0.2, end, random.integers(0, 256, 3))
        windows, rewards, dones, infos = together.step(actions)
        assert isinstance(windows, np.ndarray)
        for index, env in enumerate(singles):
            observation, reward, terminated, truncated, info = env.step(actions[index])
            own = dict(infos[index])
            assert (reward, terminated or truncated) == (rewards[index], dones[index])
            if terminated or truncated:
                assert np.array_equal(own.pop("terminal_observation"), observation)
                assert own.pop("TimeLimit.truncated") is (truncated and not terminated)
                num_over, num_cut = num_over + 1, num_cut + truncated
                observation, _ = env.reset()
            assert own == info
            assert np.array_equal(windows[index], observation)
    assert num_over > num_cut > 0


class CountingVerifier(MathVerifier):
    """Records the sizes of its batches."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def verify_batch(self, answers: Sequence[str], problems: Sequence[Problem]) -> list[Verdict]:
        self.sizes.append(len(answers))
        return super().verify_batch(answers, problems)


def test_messages_that_end_together_are_verified_as_one_batch() -> None:
    codec, verifier = make_codec("tiny"), CountingVerifier()
    envs = [ReasoningEnv(Arithmetic(), verifier=verifier) for _ in range(4)]
    env = TokenVecEnv(envs, codec, window=128)
    env.reset()
    end, other = min(codec.end_ids), 0
    env.step(np.array([end, other, end, end]))
    env.step(np.array([other, other, other, other]))
    env.step(np.array([other, end, other, other]))
    assert verifier.sizes == [3, 1]


def test_attributes_methods_and_wrappers_are_accessible() -> None:
    env = make_sb3_env(ENV_ID, n_envs=2, window=WINDOW, split="test", render_mode="ansi")
    env.reset()
    assert env.get_attr("split") == ["test", "test"]
    assert env.env_method("get_wrapper_attr", "max_attempts", indices=[1]) == [2]
    env.set_attr("max_attempts", 5, indices=0)
    assert env.get_attr("max_attempts") == [5, 2]
    assert env.env_is_wrapped(TimeLimit) == [False, False]
    env.close()
