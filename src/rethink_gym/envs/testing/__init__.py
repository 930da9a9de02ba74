"""What our own environments go through, for anybody's text environment."""

from rethink_gym.envs.testing.answers import bad_answers, right_answer
from rethink_gym.envs.testing.case import ConformanceError
from rethink_gym.envs.testing.conformance import PROMISES, check_text_env

__all__ = ["PROMISES", "ConformanceError", "bad_answers", "check_text_env", "right_answer"]
