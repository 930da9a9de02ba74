"""The promises of playing by tokens, with one token per character."""

import json
import pickle
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import TimeLimit

import rethink_gym  # noqa: F401  # registers the ids
from rethink_gym.conversation import Conversation, Role
from rethink_gym.envs import ReasoningEnv
from rethink_gym.envs.state import fork, get_state, set_state
from rethink_gym.envs.tasks import Arithmetic
from rethink_gym.envs.wrappers import PADDING, TokenCodec, TokenLevel
from rethink_gym.errors import ArgumentError

END, USER, ASSISTANT = 128, 129, 130


def encode(conversation: Conversation) -> list[int]:
    """Encode characters as their codes, each message after a token for its author."""
    token_ids: list[int] = []
    for message in conversation:
        if message.role is Role.USER:
            token_ids += [USER, *map(ord, message.content), END, ASSISTANT]
        else:
            token_ids += message.token_ids or (*map(ord, message.content), END)
    return token_ids


def decode(token_ids: Sequence[int]) -> str:
    return "".join(chr(token) for token in token_ids if token < END)


CODEC = TokenCodec(encode=encode, decode=decode, end_ids=frozenset({END}), vocab_size=131)


def make(env_id: str = "MathSelfCorrect-v0", **options: Any) -> TokenLevel:
    settings = {"window": 512, "max_new_tokens": 32} | options
    return TokenLevel(gym.make(env_id), CODEC, **settings)


def tokens_of(observation: Any) -> list[int]:
    return [token for token in observation.tolist() if token != PADDING]


def write(env: TokenLevel, text: str) -> tuple[Any, float, bool, bool, dict[str, Any]]:
    """Write a message and its end token; nothing may happen before that."""
    for character in text:
        observation, reward, terminated, truncated, info = env.step(ord(character))
        assert (reward, terminated, truncated, info) == (0.0, False, False, {})
        assert observation[-1] == ord(character)
    return env.step(END)


def test_it_is_an_environment_of_numbers() -> None:
    env = make()
    assert env.observation_space == Box(-1, 130, (512,), np.int64)
    assert env.action_space == Discrete(131)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # The checker accepts wrappers, with a warning.
        warnings.filterwarnings("ignore", message=".*is different from the unwrapped version")
        check_env(env, skip_render_check=True)


def test_an_observation_is_the_dialogue_as_the_model_reads_it() -> None:
    env, plain = make(), gym.make("MathSelfCorrect-v0")
    first, info = env.reset(seed=3)
    prompt, plain_info = plain.reset(seed=3)
    assert info == plain_info
    assert tokens_of(first) == [USER, *map(ord, prompt), END, ASSISTANT]
    correction = plain.step("A: 7")[0]
    second = write(env, "A: 7")[0]
    assert tokens_of(second) == [
        *tokens_of(first),
        *map(ord, "A: 7"),
        *(END, USER, *map(ord, correction), END, ASSISTANT),
    ]


def test_the_token_that_ends_a_message_has_the_reward_of_the_message() -> None:
    env = make()
    env.reset(seed=0)
    inner = env.unwrapped
    assert isinstance(inner, ReasoningEnv)
    right = f"A: {inner.problem.gold}"
    _, reward, terminated, truncated, info = write(env, right)
    assert (reward, terminated, truncated) == (1.0, False, False)
    assert info["verdict"]["correct"]
    last, reward, terminated, truncated, info = write(env, "A: no")
    assert (reward, terminated, truncated) == (0.0, True, False)
    assert info["attempt"] == 2
    assert last[-1] == END


def test_a_message_ends_at_its_longest() -> None:
    env = make(max_new_tokens=5)
    env.reset(seed=0)
    steps = [env.step(ord("x")) for _ in range(5)]
    assert [bool(step[4]) for step in steps] == [False] * 4 + [True]
    inner = env.unwrapped
    assert isinstance(inner, ReasoningEnv)
    assert inner.conversation[1].content == "xxxxx"


def test_an_episode_that_outgrows_the_window_is_truncated() -> None:
    env = make(window=160)
    num_prompt = len(tokens_of(env.reset(seed=0)[0]))
    assert num_prompt < 100
    *_, terminated, truncated, info = write(env, "A: 7")
    assert (terminated, truncated, info["attempt"]) == (False, True, 1)
    env = make("Math-v0", window=num_prompt + 2)
    env.reset(seed=0)
    assert env.step(ord("A"))[4] == {}
    *_, terminated, truncated, info = env.step(ord(":"))
    assert (terminated, truncated, info["attempt"]) == (True, False, 1)


def test_a_problem_that_fills_the_window_is_refused() -> None:
    with pytest.raises(
        ArgumentError, match=r"window must be more than the \d+ tokens of the first"
    ):
        make(window=20).reset(seed=0)


def test_a_text_that_is_too_long_for_the_environment_is_cut() -> None:
    inner = ReasoningEnv(Arithmetic(), max_chars=120)
    env = TokenLevel(inner, CODEC, window=512, max_new_tokens=200)
    env.reset(seed=0)
    for _ in range(200):
        *_, terminated, _, _ = env.step(ord("x"))
    assert terminated
    assert inner.conversation[1].content == "x" * 120


def test_truncation_from_inside_passes_through() -> None:
    env = TokenLevel(TimeLimit(ReasoningEnv(Arithmetic(), max_attempts=5), 2), CODEC)
    env.reset(seed=0)
    assert write(env, "A: 1")[2:4] == (False, False)
    assert write(env, "A: 1")[2:4] == (False, True)


def restored(env: TokenLevel) -> TokenLevel:
    copy = make()
    set_state(copy, json.loads(json.dumps(get_state(env))))
    return copy


@pytest.mark.parametrize(
    "copied", [lambda env: pickle.loads(pickle.dumps(env)), lambda env: fork(env, 1)[0], restored]
)
def test_a_copy_of_an_episode_continues_as_the_original(
    copied: Callable[[TokenLevel], TokenLevel],
) -> None:
    env = make()
    env.reset(seed=5)
    write(env, "A: 1")
    env.step(ord("A"))
    copy = copied(env)
    for token in (*map(ord, ": 3"), END):
        ours, theirs = env.step(token), copy.step(token)
        assert np.array_equal(ours[0], theirs[0])
        assert ours[1:] == theirs[1:]
    assert np.array_equal(env.reset()[0], copy.reset()[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": 1}, "window must be a whole number of at least 2"),
        ({"max_new_tokens": 0}, "max_new_tokens must be a whole number of at least 1"),
    ],
)
def test_a_bad_number_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make(**options)


def test_an_environment_without_texts_is_refused() -> None:
    with pytest.raises(ArgumentError, match="env must be an environment whose actions are texts"):
        TokenLevel(gym.make("CartPole-v1"), CODEC)
