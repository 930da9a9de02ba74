"""Makes token-level environments for Stable-Baselines3 out of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
from stable_baselines3.common.vec_env import VecMonitor

from rethink_gym.agents.policies.chat import ChatEncoder
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.conversation import Conversation
from rethink_gym.envs.wrappers import TokenCodec
from rethink_gym.errors import argument_error, check_count
from rethink_gym.integrations.sb3.vector import TokenVecEnv

__all__ = ["make_codec", "make_sb3_env"]

_MAX_WINDOW = 1024
"""Where nobody says otherwise: what is kept of a rollout grows with the window."""


def make_sb3_env(
    env_id: str,
    model: str | Path | LanguageModel = "tiny",
    n_envs: int = 8,
    *,
    window: int | None = None,
    max_new_tokens: int = 96,
    **kwargs: Any,
) -> VecMonitor:
    """Make many environments of texts as one of Stable-Baselines3, one token a step.

    ::

        env = make_sb3_env("MathSelfCorrect-v0", model="tiny", n_envs=32)
        learner = PPO(TokenPolicy, env, policy_kwargs={"model": "tiny"})
        learner.learn(100_000)

    Args:
        env_id: An id of the registry whose observations and actions are texts.
        model: Whose tokens to use; the same as the policy's.
        n_envs: How many episodes are played at once.
        window: Most tokens of a whole dialogue; the model's own limit if None, or
            1024 if that is less.
        max_new_tokens: Most tokens of one message, the end token included.
        **kwargs: For the environment, such as ``split="test"`` or ``level=2``.

    Returns:
        The vector environment. It notes return and length of each episode for the
        log; lengths count tokens.

    Raises:
        ArgumentError: If an argument is not what it must be.
        ModelError: If there is no such model.
        HubUnavailableError: If it is a hub name and the hub cannot be reached.
    """
    policy = _load(model)
    limits = [_MAX_WINDOW if window is None else check_count("window", window, 2)]
    if policy.max_length is not None:
        limits.append(policy.max_length)
        if window is not None and window > policy.max_length:
            raise argument_error("window", f"at most the model's {policy.max_length}", window)
    made = gym.make_vec(env_id, num_envs=check_count("n_envs", n_envs), **kwargs)
    envs = getattr(made, "envs", None)
    if envs is None:
        raise argument_error("env_id", "an environment that lives in this process", env_id)
    codec = make_codec(policy)
    return VecMonitor(TokenVecEnv(envs, codec, window=min(limits), max_new_tokens=max_new_tokens))


def make_codec(model: str | Path | LanguageModel) -> TokenCodec:
    """Build the codec of a language model: the tokens that the model itself would be given.

    Args:
        model: ``"tiny"``, a folder, a name on the hub, or a model that is loaded.

    Returns:
        The codec.

    Raises:
        ModelError: If there is no such model.
        HubUnavailableError: If it is a hub name and the hub cannot be reached.
    """
    policy = _load(model)
    encoder = ChatEncoder(policy.tokenizer, sorted(policy.end_ids))
    return TokenCodec(
        encode=_Encode(encoder),
        decode=encoder.decode,
        end_ids=policy.end_ids,
        vocab_size=policy.model.config.get_text_config().vocab_size,
    )


@dataclass(frozen=True, slots=True)
class _Encode:
    """A class and no lambda, so that environments with this codec can be pickled."""

    encoder: ChatEncoder

    def __call__(self, conversation: Conversation) -> Sequence[int]:
        return self.encoder.encode(conversation).token_ids


def _load(model: str | Path | LanguageModel) -> LanguageModel:
    return model if isinstance(model, LanguageModel) else LanguageModel.from_pretrained(model)
