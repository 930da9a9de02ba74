"""A text environment in which an action is one token, for algorithms that need numbers."""

from collections.abc import Mapping
from typing import Any, SupportsInt

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Box, Discrete, Space, Text
from gymnasium.utils import RecordConstructorArgs

from rethink_gym.envs.space import FreeText
from rethink_gym.envs.wrappers.token_dialogue import PADDING, TokenCodec, TokenDialogue
from rethink_gym.errors import argument_error

__all__ = ["TokenLevel", "max_chars_of", "token_spaces"]

_Tokens = npt.NDArray[np.int64]


class TokenLevel(gym.Wrapper[_Tokens, SupportsInt, str, str], RecordConstructorArgs):
    """Turn a text environment into an environment of tokens.

    **Observation.** The tokens of the whole dialogue so far, exactly the input of a
    language model: int64, shape ``(window,)``, the newest token at the right end, filled
    with `PADDING` (-1) on the left. It grows at the right, so a KV cache can be used.

    **Action.** The next token of the agent's message. The message ends with an end token,
    after ``max_new_tokens`` tokens, or at the end of the window. Then the environment is
    stepped with its text, truncated to the maximum length of the action space.

    **Reward.** The reward of a message is given at the token that ends it; all other
    tokens have the reward 0.

    **End.** As in the environment. Besides, the episode is truncated if the next message
    of the environment fills the window, so that no answer fits.

    **Info.** That of the environment, at `reset` and at the token that ends a message;
    empty at all other tokens.

    Args:
        env: Any environment whose observations and actions are texts.
        codec: Encodes the dialogue as tokens, and decodes the agent's messages.
        window: Maximum number of tokens of a whole dialogue.
        max_new_tokens: Maximum number of tokens of one message, end token included.

    Raises:
        ArgumentError: If ``window`` is below 2, ``max_new_tokens`` below 1, or the actions
            of ``env`` are not texts.
    """

    env: gym.Env[str, str]  # type: ignore[assignment]  # Gymnasium gives it the types of the wrapper

    def __init__(
        self,
        env: gym.Env[str, str],
        codec: TokenCodec,
        *,
        window: int = 512,
        max_new_tokens: int = 96,
    ) -> None:
        RecordConstructorArgs.__init__(
            self,
            _disable_deepcopy=True,
            codec=codec,
            window=window,
            max_new_tokens=max_new_tokens,
        )
        gym.Wrapper.__init__(self, env)  # type: ignore[misc]  # for the same reason
        self._dialogue = TokenDialogue(codec, window=window, max_new_tokens=max_new_tokens)
        self._max_chars = max_chars_of(env.action_space)
        self.observation_space, self.action_space = token_spaces(codec, window)  # type: ignore[assignment]  # SupportsInt takes numpy's numbers, too

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[_Tokens, dict[str, Any]]:
        """Start an episode; see the class.

        Raises:
            ArgumentError: If the first message fills the window, so that no answer fits.
        """
        observation, info = self.env.reset(seed=seed, options=options)
        self._dialogue.begin(observation)
        return self._dialogue.to_array(), info

    def step(self, action: SupportsInt) -> tuple[_Tokens, float, bool, bool, dict[str, Any]]:
        """Add one token to the agent's message; see the class."""
        dialogue = self._dialogue
        text = dialogue.say(int(action))
        if text is None:
            return dialogue.to_array(), 0.0, False, False, {}
        observation, reward, terminated, truncated, info = self.env.step(text[: self._max_chars])
        if observation:
            dialogue.listen(observation)
        truncated = truncated or (dialogue.is_full and not terminated)
        return dialogue.to_array(), float(reward), terminated, truncated, info

    def get_wrapper_state(self) -> dict[str, Any]:
        """Return the dialogue so far; `rethink_gym.envs.state.get_state` calls this."""
        return self._dialogue.to_dict()

    def set_wrapper_state(self, state: Mapping[str, Any]) -> None:
        """Restore the state that `get_wrapper_state` returned."""
        self._dialogue.restore(state)


def token_spaces(codec: TokenCodec, window: int) -> "tuple[Box, Discrete]":
    """Return the spaces of observations and actions.

    Args:
        codec: Has the size of the vocabulary.
        window: Maximum number of tokens of a whole dialogue.

    Returns:
        The space of windows and the space of tokens.
    """
    return (
        Box(PADDING, codec.vocab_size - 1, (window,), np.int64),
        Discrete(codec.vocab_size),
    )


def max_chars_of(action_space: "Space[Any]") -> int:
    """Return the maximum number of characters of an action.

    Args:
        action_space: The action space of the environment to play by tokens.

    Returns:
        The maximum length of the space.

    Raises:
        ArgumentError: If it is not a space of texts.
    """
    if isinstance(action_space, FreeText):
        return action_space.max_chars
    if isinstance(action_space, Text):
        return int(action_space.max_length)
    raise argument_error("env", "an environment whose actions are texts", action_space)
