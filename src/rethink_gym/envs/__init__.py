"""Gymnasium environments that play problems as dialogues, alone or as a vector."""

from rethink_gym.envs.reasoning import ReasoningEnv
from rethink_gym.envs.space import FreeText
from rethink_gym.envs.state import fork, get_state, replay, set_state
from rethink_gym.envs.steps.env import StepEnv
from rethink_gym.envs.tasks.base.task import GeneratedTask, Task
from rethink_gym.envs.text_env import ResetNeededError, TextEnv
from rethink_gym.envs.vector.env import TextVectorEnv
from rethink_gym.envs.vector.info import info_of

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
