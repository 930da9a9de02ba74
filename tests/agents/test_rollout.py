"""Episodes on a vector environment: order, rewards, ends, and texts that are too long."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import SyncVectorEnv
from tests.agents.foreign_env import Spelling

import rethink_gym  # noqa: F401  # registers the ids
from rethink_gym.agents.policies.adapters import FixedSamplingPolicy
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.rollout import env_attribute, make_text_env, play_episodes, problems_of
from rethink_gym.conversation import Completion, Conversation, Role
from rethink_gym.envs.prompt import CORRECTION
from rethink_gym.errors import ArgumentError


class Counting:
    """Answers with the number of messages; records the number of conversations of each call."""

    def __init__(self) -> None:
        self.num_asked: list[int] = []

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        self.num_asked.append(len(conversations))
        return [Completion(f"A: {len(conversation)}") for conversation in conversations]


def test_episodes_come_in_the_order_of_the_problems() -> None:
    env = make_text_env("MathSelfCorrect-v0", 4, split="test")
    problems = [5, 3, 5, 1, 0, 2]
    episodes = play_episodes(Counting(), env, problems)
    assert [episode.problem_id.rsplit("/", 1)[1] for episode in episodes] == list("535102")
    assert episodes[0] == episodes[2]


def test_the_conversation_grows_from_turn_to_turn() -> None:
    env = make_text_env("MathSelfCorrect-v0", 2)
    [episode] = play_episodes(Counting(), env, [7])
    assert [turn.completion.text for turn in episode.turns] == ["A: 1", "A: 3"]
    assert episode.turns[1].observation == CORRECTION
    roles = [message.role for message in episode.conversation]
    assert roles == [Role.USER, Role.ASSISTANT] * 2


def test_rewards_and_verdicts_are_those_of_the_environment() -> None:
    env = make_text_env("MathSelfCorrect-v0", 8, split="test")
    for episode in play_episodes(Counting(), env, range(8)):
        for turn in episode.turns:
            assert turn.verdict is not None
            assert turn.reward == turn.verdict.score
        assert [turn.terminated for turn in episode.turns] == [False, True]


def test_unused_slots_are_never_asked() -> None:
    policy = Counting()
    play_episodes(policy, make_text_env("MathSelfCorrect-v0", 4), range(6))
    assert policy.num_asked == [4, 4, 2, 2]


def test_progress_is_reported_wave_by_wave() -> None:
    reported: list[int] = []
    env = make_text_env("MathSelfCorrect-v0", 4)
    play_episodes(Counting(), env, range(6), on_progress=reported.append)
    assert reported == [4, 6]


def test_a_foreign_environment_plays_equal_episodes_for_equal_problems() -> None:
    env = SyncVectorEnv([Spelling] * 3)
    episodes = play_episodes(Counting(), env, [4, 9, 4, 9, 4], seed=1)
    assert episodes[0] == episodes[2] == episodes[4]
    assert episodes[1] == episodes[3]
    assert episodes[0] != episodes[1]
    assert episodes[0] != play_episodes(Counting(), env, [4], seed=2)[0]


def test_episodes_may_end_after_different_numbers_of_turns() -> None:
    episodes = play_episodes(Counting(), SyncVectorEnv([Spelling] * 8), range(8))
    assert len({len(episode.turns) for episode in episodes}) > 1
    assert all(episode.turns[-1].terminated for episode in episodes)
    assert not any(turn.terminated for episode in episodes for turn in episode.turns[:-1])


@pytest.mark.parametrize("flags", [(True, False), (False, True), (True, True)])
def test_terminated_and_truncated_are_those_of_the_environment(flags: tuple[bool, bool]) -> None:
    class Ending(Spelling):
        def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
            observation, reward, is_over, _, info = super().step(action)
            terminated, truncated = (is_over and flag for flag in flags)
            return observation, reward, terminated, truncated, info

    for episode in play_episodes(Counting(), SyncVectorEnv([Ending] * 4), range(4)):
        *others, last = [(turn.terminated, turn.truncated) for turn in episode.turns]
        assert last == flags
        assert set(others) <= {(False, False)}


def test_the_tokens_a_model_sampled_are_the_tokens_it_is_trained_on(
    policy: LanguageModel, make_env: Any
) -> None:
    short = FixedSamplingPolicy(policy, SamplingConfig(max_new_tokens=3))
    for episode in play_episodes(short, make_env(4), range(4)):
        tokens = policy.tokenize(episode.conversation)
        sampled = [
            [t for t, owner in zip(tokens.token_ids, tokens.turn_ids, strict=True) if owner == i]
            for i in range(2)
        ]
        assert sampled == [list(turn.completion.token_ids) for turn in episode.turns]


def test_an_attribute_of_the_environments_is_found_or_defaulted(make_env: Any) -> None:
    assert env_attribute(make_env(2), "max_attempts", None) == 2
    assert env_attribute(SyncVectorEnv([Spelling]), "max_attempts", 7) == 7


@pytest.mark.parametrize(
    ("env", "arguments", "message"),
    [
        (3, {}, "env must be an environment id or a gymnasium VectorEnv"),
        (SyncVectorEnv([Spelling]), {"split": "test"}, "env must be an id if arguments"),
        ("CartPole-v1", {}, "env must be an environment of texts, got 'CartPole-v1'"),
        ("CartPole-v1", {"split": "test"}, "env_kwargs must be options that 'CartPole-v1' has"),
        (gym.make_vec("CartPole-v1", 2), {}, "env must be an environment of texts"),
    ],
)
def test_an_invalid_environment_is_refused(env: Any, arguments: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make_text_env(env, 2, **arguments)


def test_a_long_answer_is_truncated_for_the_environment_and_kept_whole_for_the_learner() -> None:
    class Endless:
        def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
            return [Completion("7" * 500) for _ in conversations]

    env = make_text_env("Math-v0", 1, max_chars=200)
    [episode] = play_episodes(Endless(), env, [0])
    assert len(episode.turns[0].completion.text) == 500
    assert episode.turns[0].reward == 0.0


def test_rewards_are_plain_numbers() -> None:
    [episode] = play_episodes(Counting(), make_text_env("Math-v0", 1), [0])
    assert type(episode.total_reward) in (int, float)
    assert not isinstance(episode.turns[0].reward, np.generic)


def test_problems_of_an_environment_without_a_task_are_refused() -> None:
    foreign = SyncVectorEnv([lambda: gym.make("CartPole-v1")])
    with pytest.raises(ArgumentError, match="env must be an environment with a task"):
        problems_of(foreign, [0])
