"""The sandbox: runs untrusted programs that a model wrote, and grades them by tests."""

from rethink_gym.verifiers.sandbox.level import Level, check_level
from rethink_gym.verifiers.sandbox.limits import Limits

__all__ = ["Level", "Limits", "check_level"]
