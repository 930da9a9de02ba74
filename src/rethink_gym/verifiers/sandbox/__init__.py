"""The sandbox: runs the programs of models, which are hostile, and learns what they do."""

from rethink_gym.verifiers.sandbox.level import Level, check_level
from rethink_gym.verifiers.sandbox.limits import Limits

__all__ = ["Level", "Limits", "check_level"]
