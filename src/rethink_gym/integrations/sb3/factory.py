"""Create token-level environments for Stable-Baselines3 from our text environments."""

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
"""Default limit of the window: the memory of a rollout grows with it."""


def make_sb3_env(
    env_id: str,
    model: str | Path | LanguageModel = "tiny",
    n_envs: int = 8,
    *,
    window: int | None = None,
    max_new_tokens: int = 96,
    **kwargs: Any,
) -> VecMonitor:
    """Create text environments as a vector environment of Stable-Baselines3, one token per step.

    ::

        env = make_sb3_env("MathSelfCorrect-v0", model="tiny", n_envs=32)
        learner = PPO(TokenPolicy, env, policy_kwargs={"model": "tiny"})
        learner.learn(100_000)

    Args:
        env_id: Id of a registered environment whose observations and actions are texts.
        model: Model whose tokenizer to use; the same as the policy's.
        n_envs: Number of environments.
        window: Maximum number of tokens of a whole dialogue; if None, the smaller one of
            the model's context and 1024.
        max_new_tokens: Maximum number of tokens of one message, end token included.
        **kwargs: Options of the environment, such as ``split="test"`` or ``level=2``.

    Returns:
        The vector environment. It records return and length of each episode for the log;
        lengths count tokens.

    Raises:
        ArgumentError: If ``env_id`` is not an environment of texts in this process, an
            option is unknown, or ``n_envs``, ``window`` or ``max_new_tokens`` is out of
            range.
        ModelError: If ``model`` cannot be loaded.
        HubUnavailableError: If ``model`` is a hub name and the hub cannot be reached.
    """
    policy = _load(model)
    limits = [_MAX_WINDOW if window is None else check_count("window", window, 2)]
    if policy.max_length is not None:
        limits.append(policy.max_length)
        if window is not None and window > policy.max_length:
            raise argument_error("window", f"at most the model's {policy.max_length}", window)
    vector_env = gym.make_vec(env_id, num_envs=check_count("n_envs", n_envs), **kwargs)
    envs = getattr(vector_env, "envs", None)
    if envs is None:
        raise argument_error("env_id", "an environment that runs in this process", env_id)
    codec = make_codec(policy)
    return VecMonitor(TokenVecEnv(envs, codec, window=min(limits), max_new_tokens=max_new_tokens))


def make_codec(model: str | Path | LanguageModel) -> TokenCodec:
    """Create the codec of a language model: texts become the tokens that the model reads.

    Args:
        model: ``"tiny"``, a folder, a name on the hub, or a loaded model.

    Returns:
        The codec.

    Raises:
        ModelError: If ``model`` cannot be loaded.
        HubUnavailableError: If ``model`` is a hub name and the hub cannot be reached.
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
    """A class instead of a lambda, so that environments with this codec can be pickled."""

    encoder: ChatEncoder

    def __call__(self, conversation: Conversation) -> Sequence[int]:
        return self.encoder.encode(conversation).token_ids


def _load(model: str | Path | LanguageModel) -> LanguageModel:
    return model if isinstance(model, LanguageModel) else LanguageModel.from_pretrained(model)
