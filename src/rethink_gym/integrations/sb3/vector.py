"""Text environments as a vector environment of Stable-Baselines3, one token per step."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, SupportsFloat, TypeAlias

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from stable_baselines3.common.env_util import is_wrapped
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvStepReturn

from rethink_gym.envs.text_env import TextEnv
from rethink_gym.envs.vector.verification import BatchVerification
from rethink_gym.envs.wrappers import TokenCodec, TokenDialogue, max_chars_of, token_spaces
from rethink_gym.errors import argument_error

__all__ = ["TokenVecEnv"]

_Step: TypeAlias = tuple[str, SupportsFloat, bool, bool, dict[str, Any]]


class TokenVecEnv(VecEnv):
    """Several text environments, played token by token; see `TokenLevel`.

    Messages that end in the same step and share a verifier are verified as one batch.

    Args:
        envs: Environments whose observations and actions are texts.
        codec: Converts texts to tokens and back.
        window: Maximum number of tokens of a whole dialogue.
        max_new_tokens: Maximum number of tokens of one message, end token included.

    Attributes:
        envs: The environments.

    Raises:
        ArgumentError: If ``envs`` is empty or one of its action spaces is not of texts, or
            if ``window`` or ``max_new_tokens`` is out of range.
    """

    def __init__(
        self,
        envs: Sequence[gym.Env[str, str]],
        codec: TokenCodec,
        *,
        window: int = 512,
        max_new_tokens: int = 96,
    ) -> None:
        self.envs = list(envs)
        if not self.envs:
            raise argument_error("envs", "at least one environment", envs)
        self._max_chars = min(max_chars_of(env.action_space) for env in self.envs)
        self._dialogues = [
            TokenDialogue(codec, window=window, max_new_tokens=max_new_tokens) for _ in self.envs
        ]
        self._verification = BatchVerification()
        self._actions: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        super().__init__(len(self.envs), *token_spaces(codec, window))

    def reset(self) -> npt.NDArray[np.int64]:
        """Start an episode in each environment; returns the windows, ``(envs, window)``."""
        for index, env in enumerate(self.envs):
            self._start(index, *env.reset(seed=self._seeds[index], options=self._options[index]))
        self._reset_seeds()
        self._reset_options()
        return self._observations()

    def step_async(self, actions: npt.NDArray[Any]) -> None:
        """Take the next token of each dialogue, shape ``(envs,)``."""
        self._actions = actions

    def step_wait(self) -> VecEnvStepReturn:
        """Append the tokens; returns windows, rewards, which episodes ended, and the infos."""
        rewards = np.zeros(self.num_envs, dtype=np.float32)
        dones = np.zeros(self.num_envs, dtype=np.bool_)
        infos: list[dict[str, Any]] = [{} for _ in self.envs]
        texts: dict[int, str] = {}
        for index, token_id in enumerate(self._actions.tolist()):
            text = self._dialogues[index].say(token_id)
            if text is not None:
                texts[index] = text[: self._max_chars]
        for index, (observation, reward, terminated, truncated, info) in self._step_envs(texts):
            dialogue = self._dialogues[index]
            if observation:
                dialogue.listen(observation)
            truncated = truncated or (dialogue.is_full and not terminated)
            rewards[index] = float(reward)
            infos[index] = info
            if terminated or truncated:
                dones[index] = True
                info["TimeLimit.truncated"] = truncated and not terminated
                info["terminal_observation"] = dialogue.to_array()
                self._start(index, *self.envs[index].reset())
        return self._observations(), rewards, dones, infos

    def close(self) -> None:
        """Close the environments."""
        for env in self.envs:
            env.close()

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """Return an attribute of each environment."""
        return [self.envs[index].get_wrapper_attr(attr_name) for index in self._selected(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Set an attribute of each environment."""
        for index in self._selected(indices):
            self.envs[index].set_wrapper_attr(attr_name, value)

    def env_method(
        self, method_name: str, *method_args: Any, indices: VecEnvIndices = None, **kwargs: Any
    ) -> list[Any]:
        """Call a method of each environment."""
        methods = self.get_attr(method_name, indices)
        return [method(*method_args, **kwargs) for method in methods]

    def env_is_wrapped(
        self, wrapper_class: type[gym.Wrapper[Any, Any, Any, Any]], indices: VecEnvIndices = None
    ) -> list[bool]:
        """Return whether each environment has a wrapper of this class."""
        return [is_wrapped(self.envs[index], wrapper_class) for index in self._selected(indices)]

    def _start(self, index: int, observation: str, info: dict[str, Any]) -> None:
        self._dialogues[index].begin(observation)
        self.reset_infos[index] = info

    def _observations(self) -> npt.NDArray[np.int64]:
        return np.stack([dialogue.to_array() for dialogue in self._dialogues])

    def _selected(self, indices: VecEnvIndices) -> list[int]:
        return list(self._get_indices(indices))

    def _step_envs(self, texts: Mapping[int, str]) -> Iterator[tuple[int, _Step]]:
        """Step the environments whose message is complete."""
        text_envs: dict[int, TextEnv] = {}
        for index, text in texts.items():
            env = self.envs[index]
            if isinstance(env, TextEnv):
                text_envs[index] = env
            else:  # a wrapper verifies by itself
                yield index, env.step(text)
        verdicts = self._verification.verify_actions(
            list(text_envs.values()),
            [texts[index] for index in text_envs],
            [False] * len(text_envs),
        )
        for (index, env), verdict in zip(text_envs.items(), verdicts, strict=True):
            yield index, env.advance(texts[index], verdict)
