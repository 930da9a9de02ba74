"""Evaluation of policies, training runs, and reports about both."""

from rethink_gym.evaluation.comparison import Comparison, compare, load_evaluation
from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.measurement import evaluate_and_report
from rethink_gym.evaluation.report import Report, write_report
from rethink_gym.evaluation.result import Run
from rethink_gym.evaluation.run import resume_and_report, train_and_report
from rethink_gym.evaluation.run_config import RunConfig, RunOptions
from rethink_gym.evaluation.table import metric_rows, metric_table

__all__ = [
    "Comparison",
    "Evaluation",
    "Report",
    "Run",
    "RunConfig",
    "RunOptions",
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
