"""Pure functions over episodes: the numbers that learners log and evaluation reports."""

from rethink_gym.metrics.equivalence import Equivalence, equivalence_test
from rethink_gym.metrics.exploration import (
    SupportChange,
    answer_entropy,
    coverage,
    distinct_answers,
    distinct_solutions,
    effective_number,
    support_change,
    token_entropy,
)
from rethink_gym.metrics.intervals import (
    Interval,
    bootstrap_interval,
    t_interval,
    wilson_interval,
)
from rethink_gym.metrics.multi_sample import sample_values
from rethink_gym.metrics.samples import crossover, majority_at_k, pass_at_k, rerank_at_k
from rethink_gym.metrics.text import distinct_n, edit_distance, edit_ratio, self_bleu
from rethink_gym.metrics.turns import TurnMetrics, turn_metrics

__all__ = [
    "Equivalence",
    "Interval",
    "SupportChange",
    "TurnMetrics",
    "answer_entropy",
    "bootstrap_interval",
    "coverage",
    "crossover",
    "distinct_answers",
    "distinct_n",
    "distinct_solutions",
    "edit_distance",
    "edit_ratio",
    "effective_number",
    "equivalence_test",
    "majority_at_k",
    "pass_at_k",
    "rerank_at_k",
    "sample_values",
    "self_bleu",
    "support_change",
    "t_interval",
    "token_entropy",
    "turn_metrics",
    "wilson_interval",
]
