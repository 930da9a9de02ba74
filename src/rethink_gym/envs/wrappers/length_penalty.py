"""A price on long actions."""

from typing import Any

import gymnasium as gym
from gymnasium.utils import RecordConstructorArgs

from rethink_gym.errors import argument_error, check_count

__all__ = ["LengthPenalty"]


class LengthPenalty(gym.Wrapper[str, str, str, str], RecordConstructorArgs):
    """Takes something off the reward of every long action.

    Each character above ``free_chars`` costs ``per_char``, all of them together at most
    ``max_penalty``. It only ever takes, and takes from every action alike, so playing
    more turns never pays. It composes with Gymnasium's reward wrappers.

    Args:
        env: Any environment whose actions are texts.
        per_char: The price of a character, at least 0.
        free_chars: How many characters of an action cost nothing.
        max_penalty: The most that is taken off one reward, at least 0.

    Raises:
        ArgumentError: If an argument is out of its range.

    References:
        Kimi Team, "Kimi k1.5: Scaling Reinforcement Learning with LLMs", 2025,
        section 2.3.3: a length reward against overlong answers (arXiv:2501.12599);
        theirs compares the answers to one problem, this one needs no others.
    """

    def __init__(
        self,
        env: gym.Env[str, str],
        *,
        per_char: float = 0.0005,
        free_chars: int = 200,
        max_penalty: float = 0.5,
    ) -> None:
        RecordConstructorArgs.__init__(
            self, per_char=per_char, free_chars=free_chars, max_penalty=max_penalty
        )
        gym.Wrapper.__init__(self, env)
        self.per_char = _check_amount("per_char", per_char)
        self.free_chars = check_count("free_chars", free_chars, 0)
        self.max_penalty = _check_amount("max_penalty", max_penalty)

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Play on, at a price."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        price = self.per_char * max(len(action) - self.free_chars, 0)
        return (
            observation,
            float(reward) - min(price, self.max_penalty),
            terminated,
            truncated,
            info,
        )


def _check_amount(name: str, value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and 0 <= value < float("inf"):  # type: ignore[operator]  # a number by now
        return float(value)  # type: ignore[arg-type]
    raise argument_error(name, "a number of at least 0", value)
