"""The exception that only environments raise."""

from gymnasium.error import ResetNeeded

from rethink_gym.errors import RethinkError

__all__ = ["ResetNeededError"]


class ResetNeededError(RethinkError, ResetNeeded):
    """An environment is stepped that has not been reset, or whose episode is over."""
