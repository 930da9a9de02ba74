"""Text environments as a vector environment of Stable-Baselines3, one token a step."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, SupportsFloat, TypeAlias

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from stable_baselines3.common.env_util import is_wrapped
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvStepReturn

from rethink_gym.envs.text_env import Question, TextEnv
from rethink_gym.envs.wrappers import TokenCodec, TokenDialogue, max_chars_of, token_spaces
from rethink_gym.errors import argument_error

__all__ = ["TokenVecEnv"]

_Step: TypeAlias = tuple[str, SupportsFloat, bool, bool, dict[str, Any]]


class TokenVecEnv(VecEnv):
    """Several text environments, played token by token; see `TokenLevel`.

    Of the messages that end with the same token, those that share a verifier are
    judged at once.

    Args:
        envs: Environments whose observations and actions are texts.
        codec: How texts become tokens and back.
        window: Most tokens of a whole dialogue.
        max_new_tokens: Most tokens of one message, the end token included.

    Attributes:
        envs: The environments.

    Raises:
        ArgumentError: If an argument is not what it must be.
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
        self._actions: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        super().__init__(len(self.envs), *token_spaces(codec, window))

    def reset(self) -> npt.NDArray[np.int64]:
        """Begin an episode in each environment; returns the windows, ``(envs, window)``."""
        for place, env in enumerate(self.envs):
            self._begin(place, *env.reset(seed=self._seeds[place], options=self._options[place]))
        self._reset_seeds()
        self._reset_options()
        return self._observations()

    def step_async(self, actions: npt.NDArray[Any]) -> None:
        """Take the next token of each dialogue, shape ``(envs,)``."""
        self._actions = actions

    def step_wait(self) -> VecEnvStepReturn:
        """Say the tokens; returns windows, rewards, which episodes ended, and the infos."""
        rewards = np.zeros(self.num_envs, dtype=np.float32)
        dones = np.zeros(self.num_envs, dtype=np.bool_)
        infos: list[dict[str, Any]] = [{} for _ in self.envs]
        texts: dict[int, str] = {}
        for place, token_id in enumerate(self._actions.tolist()):
            text = self._dialogues[place].say(token_id)
            if text is not None:
                texts[place] = text[: self._max_chars]
        for place, (observation, reward, terminated, truncated, info) in self._play(texts):
            dialogue = self._dialogues[place]
            if observation:
                dialogue.listen(observation)
            truncated = truncated or (dialogue.is_full and not terminated)
            rewards[place] = float(reward)
            infos[place] = info
            if terminated or truncated:
                dones[place] = True
                info["TimeLimit.truncated"] = truncated and not terminated
                info["terminal_observation"] = dialogue.to_array()
                self._begin(place, *self.envs[place].reset())
        return self._observations(), rewards, dones, infos

    def close(self) -> None:
        """Close the environments."""
        for env in self.envs:
            env.close()

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """Return an attribute of each environment."""
        return [self.envs[place].get_wrapper_attr(attr_name) for place in self._places(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Set an attribute of each environment."""
        for place in self._places(indices):
            self.envs[place].set_wrapper_attr(attr_name, value)

    def env_method(
        self, method_name: str, *method_args: Any, indices: VecEnvIndices = None, **kwargs: Any
    ) -> list[Any]:
        """Call a method of each environment."""
        methods = self.get_attr(method_name, indices)
        return [method(*method_args, **kwargs) for method in methods]

    def env_is_wrapped(
        self, wrapper_class: type[gym.Wrapper[Any, Any, Any, Any]], indices: VecEnvIndices = None
    ) -> list[bool]:
        """Return for each environment whether it is wrapped so."""
        return [is_wrapped(self.envs[place], wrapper_class) for place in self._places(indices)]

    def _begin(self, place: int, observation: str, info: dict[str, Any]) -> None:
        self._dialogues[place].begin(observation)
        self.reset_infos[place] = info

    def _observations(self) -> npt.NDArray[np.int64]:
        return np.stack([dialogue.to_array() for dialogue in self._dialogues])

    def _places(self, indices: VecEnvIndices) -> list[int]:
        return list(self._get_indices(indices))

    def _play(self, texts: Mapping[int, str]) -> Iterator[tuple[int, _Step]]:
        """Step those environments whose message ended."""
        groups: dict[int, list[tuple[int, TextEnv, Question]]] = {}
        for place, text in texts.items():
            env = self.envs[place]
            if not isinstance(env, TextEnv):
                yield place, env.step(text)
                continue
            env.check_action(text)
            question = env.question(text)
            if question is None:
                yield place, env.advance(text, None)
            else:
                groups.setdefault(id(question.verifier), []).append((place, env, question))
        for members in groups.values():
            verdicts = members[0][2].verifier.verify_batch(
                [question.answer for _, _, question in members],
                [question.problem for _, _, question in members],
            )
            for (place, env, _), verdict in zip(members, verdicts, strict=True):
                yield place, env.advance(texts[place], verdict)
