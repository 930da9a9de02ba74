"""Token-level environments are created with checked arguments, and pass SB3's checker."""

import importlib
import sys
import warnings
from typing import Any

import gymnasium as gym
import pytest
from stable_baselines3.common.env_checker import check_env
from tests.integrations.sb3.learners import ENV_ID, WINDOW

from rethink_gym.agents import LanguageModel
from rethink_gym.conversation import Conversation, Message, Role
from rethink_gym.envs import ReasoningEnv
from rethink_gym.envs.wrappers import PADDING, TokenLevel
from rethink_gym.errors import ArgumentError, MissingExtraError
from rethink_gym.integrations.sb3 import make_codec, make_sb3_env


@pytest.mark.parametrize("env_id", ["Math-v0", ENV_ID])
def test_the_checker_of_stable_baselines_does_not_complain(env_id: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(TokenLevel(gym.make(env_id), make_codec("tiny"), window=WINDOW))


def test_the_windows_are_the_tokens_that_a_language_model_reads() -> None:
    reader = LanguageModel.from_pretrained("tiny", seed=0)
    env = TokenLevel(gym.make(ENV_ID), make_codec(reader), window=WINDOW)
    windows, _ = env.reset(seed=0)
    inner = env.unwrapped
    assert isinstance(inner, ReasoningEnv)
    dialogue: Conversation = (Message(Role.USER, inner.problem.prompt),)
    for _ in range(2):
        tokens = tuple(token for token in windows.tolist() if token != PADDING)
        assert tokens == reader.tokenize(dialogue).token_ids
        [completion] = reader.act([dialogue])
        for token_id in completion.token_ids:
            windows, *_ = env.step(token_id)
        assert inner.conversation[-2 if inner.conversation[-1].role is Role.USER else -1] == (
            completion.message
        )
        dialogue = (*dialogue, completion.message, inner.conversation[-1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_envs": 0}, "n_envs must be a whole number of at least 1"),
        ({"window": 4096}, "window must be at most the model's 512, got 4096"),
        ({"env_id": "FrozenLake-v1"}, "env must be an environment whose actions are texts"),
        ({"env_id": "CartPole-v1"}, "env_id must be an environment that runs in this process"),
        ({"levle": 2}, "Did you mean 'level'"),
    ],
)
def test_a_bad_argument_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make_sb3_env(**({"env_id": ENV_ID} | options))


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name.startswith("rethink_gym.integrations"):
            monkeypatch.delitem(sys.modules, name)
        elif name.partition(".")[0] == "stable_baselines3":
            monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"needs stable_baselines3.*rethink-gym\[agents\]"):
        importlib.import_module("rethink_gym.integrations.sb3")
