"""Graders: the JSON family of OpenAI's reinforcement fine-tuning, which scores model outputs."""

from rethink_gym.verifiers.graders.answer import CodeGrader, MathGrader, StepsGrader
from rethink_gym.verifiers.graders.from_json import grader_from_dict
from rethink_gym.verifiers.graders.grade import ErrorKind, Grade
from rethink_gym.verifiers.graders.grader import Grader
from rethink_gym.verifiers.graders.judge import Judge
from rethink_gym.verifiers.graders.model import LabelModel, ScoreModel
from rethink_gym.verifiers.graders.multi import Multi
from rethink_gym.verifiers.graders.python import PythonGrader
from rethink_gym.verifiers.graders.similarity import Embed, TextSimilarity
from rethink_gym.verifiers.graders.string_check import StringCheck
from rethink_gym.verifiers.graders.summary import GradeSummary, summarize_grades
from rethink_gym.verifiers.graders.verifier import GraderVerifier

__all__ = [
    "CodeGrader",
    "Embed",
    "ErrorKind",
    "Grade",
    "GradeSummary",
    "Grader",
    "GraderVerifier",
    "Judge",
    "LabelModel",
    "MathGrader",
    "Multi",
    "PythonGrader",
    "ScoreModel",
    "StepsGrader",
    "StringCheck",
    "TextSimilarity",
    "grader_from_dict",
    "summarize_grades",
]
