"""Measures policies, and writes down what was measured for people to read."""

from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.measurement import evaluate_and_report
from rethink_gym.evaluation.report import Report, write_report
from rethink_gym.evaluation.run import Run, train_and_report
from rethink_gym.evaluation.table import metric_rows, metric_table

__all__ = [
    "Evaluation",
    "Report",
    "Run",
    "evaluate",
    "evaluate_and_report",
    "metric_rows",
    "metric_table",
    "train_and_report",
    "write_report",
]
