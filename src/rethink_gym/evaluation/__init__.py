"""Measures policies, and writes down what was measured for people to read."""

from rethink_gym.evaluation.comparison import Comparison, compare, load_evaluation
from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.measurement import evaluate_and_report
from rethink_gym.evaluation.report import Report, write_report
from rethink_gym.evaluation.result import Run
from rethink_gym.evaluation.run import resume_and_report, train_and_report
from rethink_gym.evaluation.table import metric_rows, metric_table
from rethink_gym.evaluation.upkeep import Upkeep

__all__ = [
    "Comparison",
    "Evaluation",
    "Report",
    "Run",
    "Upkeep",
    "compare",
    "evaluate",
    "evaluate_and_report",
    "load_evaluation",
    "metric_rows",
    "metric_table",
    "resume_and_report",
    "train_and_report",
    "write_report",
]
