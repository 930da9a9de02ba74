"""Tasks: where problems come from, one source per file."""

from rethink_gym.envs.tasks.arithmetic import Arithmetic
from rethink_gym.envs.tasks.gsm8k import GSM8K
from rethink_gym.envs.tasks.linear_equation import LinearEquation
from rethink_gym.envs.tasks.math import MathMix

__all__ = ["GSM8K", "Arithmetic", "LinearEquation", "MathMix"]
