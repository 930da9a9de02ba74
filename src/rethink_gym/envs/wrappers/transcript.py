"""A text environment whose observation is the whole conversation so far."""

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
from gymnasium.utils import RecordConstructorArgs

from rethink_gym.conversation import Role
from rethink_gym.envs.space import FreeText
from rethink_gym.errors import DataError, check_count

__all__ = ["Transcript"]


class Transcript(gym.Wrapper[str, str, str, str], RecordConstructorArgs):
    """Show the whole conversation as one text, for agents without a memory.

    **Observation.** All messages of the episode, the newest last, separated by empty lines.
    Each starts with ``user:`` (the environment) or ``assistant:`` (the agent). At the end of
    an episode the last message is the agent's.

    Actions, rewards, ends and infos are those of the environment.

    Args:
        env: Any environment whose observations and actions are texts.
        max_chars: Maximum number of characters of an observation.

    Raises:
        ArgumentError: If ``max_chars`` is not a whole number of at least 1.

    Examples:
        >>> import gymnasium as gym
        >>> from rethink_gym.envs.wrappers import Transcript
        >>> env = Transcript(gym.make("MathSelfCorrect-v0"))
        >>> prompt, info = env.reset(seed=0)
        >>> text = env.step("A: 7")[0]
        >>> text.startswith("user: Compute "), "assistant: A: 7" in text
        (True, True)
    """

    def __init__(self, env: gym.Env[str, str], *, max_chars: int = 1_000_000) -> None:
        RecordConstructorArgs.__init__(self, max_chars=max_chars)
        gym.Wrapper.__init__(self, env)
        self.max_chars = check_count("max_chars", max_chars)
        self.observation_space = FreeText(max_chars)
        self._messages: list[str] = []

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Start an episode, and show its first message."""
        observation, info = self.env.reset(seed=seed, options=options)
        self._messages = []
        self._add(Role.USER, observation)
        return self._transcript(), info

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Step the environment, and show the whole conversation.

        Raises:
            DataError: If the conversation is longer than ``max_chars``.
        """
        observation, reward, terminated, truncated, info = self.env.step(action)
        self._add(Role.ASSISTANT, action)
        if observation:
            self._add(Role.USER, observation)
        return self._transcript(), float(reward), terminated, truncated, info

    def get_wrapper_state(self) -> dict[str, Any]:
        """Return the messages so far, as plain JSON data."""
        return {"messages": list(self._messages)}

    def set_wrapper_state(self, state: Mapping[str, Any]) -> None:
        """Restore the state that `get_wrapper_state` returned."""
        self._messages = list(state["messages"])

    def _add(self, role: Role, text: str) -> None:
        self._messages.append(f"{role.value}: {text}")

    def _transcript(self) -> str:
        text = "\n\n".join(self._messages)
        if len(text) > self.max_chars:
            raise DataError(
                f"The conversation has {len(text)} characters, more than "
                f"max_chars={self.max_chars}. Wrap the environment with a larger max_chars."
            )
        return text
