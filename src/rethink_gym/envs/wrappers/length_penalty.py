"""Length penalty on long actions."""

from typing import Any

import gymnasium as gym
from gymnasium.utils import RecordConstructorArgs

from rethink_gym.errors import argument_error, check_count

__all__ = ["LengthPenalty"]


class LengthPenalty(gym.Wrapper[str, str, str, str], RecordConstructorArgs):
    """Subtract a penalty from the reward of each long action.

    The penalty is ``per_char`` for each character above ``free_chars``, and at most
    ``max_penalty``. It is never negative and is computed for each action alone, so playing
    more turns never pays. It can be combined with Gymnasium's reward wrappers.

    Args:
        env: Any environment whose actions are texts.
        per_char: Penalty of a character, at least 0.
        free_chars: Number of characters of an action without a penalty.
        max_penalty: Maximum penalty of an action, at least 0.

    Raises:
        ArgumentError: If ``per_char``, ``free_chars`` or ``max_penalty`` is negative.

    Examples:
        >>> import gymnasium as gym
        >>> from rethink_gym.envs.wrappers import LengthPenalty
        >>> env = LengthPenalty(gym.make("Math-v0"), per_char=0.01, free_chars=10)
        >>> prompt, info = env.reset(seed=0)
        >>> env.step("A: I do not know ...")[1]  # 10 characters above the free ones
        -0.1

    References:
        Kimi Team, "Kimi k1.5: Scaling Reinforcement Learning with LLMs", 2025,
        section 2.3.3: a length reward against overlong answers (arXiv:2501.12599).
        Theirs compares several answers to one problem; this one needs a single answer.
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
        self.per_char = _check_nonnegative("per_char", per_char)
        self.free_chars = check_count("free_chars", free_chars, 0)
        self.max_penalty = _check_nonnegative("max_penalty", max_penalty)

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Step the environment, and subtract the penalty."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        penalty = self.per_char * max(len(action) - self.free_chars, 0)
        return (
            observation,
            float(reward) - min(penalty, self.max_penalty),
            terminated,
            truncated,
            info,
        )


def _check_nonnegative(name: str, value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and 0 <= value < float("inf"):  # type: ignore[operator]  # a number by now
        return float(value)  # type: ignore[arg-type]
    raise argument_error(name, "a number of at least 0", value)
