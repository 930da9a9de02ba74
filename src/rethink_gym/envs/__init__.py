"""Environments: what plays an episode over a problem, alone or many at once."""

from rethink_gym.envs.error import ResetNeededError
from rethink_gym.envs.info import info_of
from rethink_gym.envs.reasoning import ReasoningEnv
from rethink_gym.envs.space import FreeText
from rethink_gym.envs.state import fork, get_state, replay, set_state
from rethink_gym.envs.step import StepEnv
from rethink_gym.envs.task import GeneratedTask, Task
from rethink_gym.envs.text_env import TextEnv
from rethink_gym.envs.vector import TextVectorEnv

__all__ = [
    "FreeText",
    "GeneratedTask",
    "ReasoningEnv",
    "ResetNeededError",
    "StepEnv",
    "Task",
    "TextEnv",
    "TextVectorEnv",
    "fork",
    "get_state",
    "info_of",
    "replay",
    "set_state",
]
