"""A text environment in which one action is one token, for algorithms that know only numbers."""

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
    """Turns a text environment into one of tokens.

    **Observation.** The tokens of the whole dialogue so far, exactly what a language
    model would be given: int64, shape ``(window,)``, the newest at the right end, and
    `PADDING` (-1) where there is none. It grows at the right, so an algorithm
    that keeps keys and values can.

    **Action.** The next token of the agent's message. The message ends with an end
    token, with the token number ``max_new_tokens``, or at the end of the window; then
    the environment is stepped with its text, of which an action space that is bounded
    is given the beginning.

    **Reward.** What the environment pays for a message stands on the token that ended
    it; all other tokens earn 0.

    **End.** As the environment says; besides, the episode is truncated if the next
    message of the environment leaves no room for an answer in the window.

    **Info.** The environment's own, at `reset` and on the token that ends a message;
    empty for all other tokens.

    Args:
        env: Any environment whose observations and actions are texts.
        codec: How texts become tokens and back.
        window: Most tokens of a whole dialogue.
        max_new_tokens: Most tokens of one message, the end token included.

    Raises:
        ArgumentError: If an argument is not what it must be.
    """

    env: gym.Env[str, str]  # type: ignore[assignment]  # Gymnasium types it as the wrapped one

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
        """Begin an episode; see the class.

        Raises:
            ArgumentError: If the first message leaves no room for an answer.
        """
        observation, info = self.env.reset(seed=seed, options=options)
        self._dialogue.begin(observation)
        return self._dialogue.to_array(), info

    def step(self, action: SupportsInt) -> tuple[_Tokens, float, bool, bool, dict[str, Any]]:
        """Say one token; see the class."""
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
        """Return the dialogue so far; `rethink_gym.envs.state.get_state` asks for it."""
        return self._dialogue.to_dict()

    def set_wrapper_state(self, state: Mapping[str, Any]) -> None:
        """Go back to what `get_wrapper_state` returned."""
        self._dialogue.restore(state)


def token_spaces(codec: TokenCodec, window: int) -> "tuple[Box, Discrete]":
    """Return the spaces of observations and actions.

    Args:
        codec: Knows how many tokens there are.
        window: Most tokens of a whole dialogue.

    Returns:
        The space of windows and the space of tokens.
    """
    return (
        Box(PADDING, codec.vocab_size - 1, (window,), np.int64),
        Discrete(codec.vocab_size),
    )


def max_chars_of(action_space: "Space[Any]") -> int:
    """Return how many characters an action may have.

    Args:
        action_space: Of the environment that is to be played by tokens.

    Returns:
        The bound of the space.

    Raises:
        ArgumentError: If it is no space of texts.
    """
    if isinstance(action_space, FreeText):
        return action_space.max_chars
    if isinstance(action_space, Text):
        return int(action_space.max_length)
    raise argument_error("env", "an environment whose actions are texts", action_space)
