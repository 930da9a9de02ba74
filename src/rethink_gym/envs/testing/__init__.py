"""The conformance suite of our own environments, for any text environment."""

from rethink_gym.envs.testing.answers import bad_answers, correct_answer
from rethink_gym.envs.testing.case import ConformanceError
from rethink_gym.envs.testing.conformance import PROMISES, check_text_env

__all__ = ["PROMISES", "ConformanceError", "bad_answers", "check_text_env", "correct_answer"]
