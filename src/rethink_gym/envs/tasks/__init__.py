"""Tasks: sources of problems, one per file.

A task is imported on first access, so that an environment loads its own task only. A new task
needs a row in `TASKS`; `__all__` and the imports for type checkers, which must be literal, are
tested against this table.
"""

from typing import TYPE_CHECKING

from rethink_gym._lazy import lazy_exports

if TYPE_CHECKING:
    from rethink_gym.envs.tasks.arithmetic import Arithmetic
    from rethink_gym.envs.tasks.calculus import Calculus
    from rethink_gym.envs.tasks.code import Code
    from rethink_gym.envs.tasks.countdown import Countdown
    from rethink_gym.envs.tasks.datasets.cruxeval import CRUXEval
    from rethink_gym.envs.tasks.datasets.dataset import Dataset
    from rethink_gym.envs.tasks.datasets.gsm8k import GSM8K
    from rethink_gym.envs.tasks.datasets.hendrycks_math import HendrycksMath
    from rethink_gym.envs.tasks.datasets.humaneval import HumanEval
    from rethink_gym.envs.tasks.datasets.mbpp import MBPP
    from rethink_gym.envs.tasks.datasets.summary import TLDR, XSUM
    from rethink_gym.envs.tasks.datasets.svamp import SVAMP
    from rethink_gym.envs.tasks.datasets.wmt22 import WMT22
    from rethink_gym.envs.tasks.fraction import Fractions
    from rethink_gym.envs.tasks.game24 import Game24
    from rethink_gym.envs.tasks.graph.task import Graph
    from rethink_gym.envs.tasks.linear_equation import LinearEquation
    from rethink_gym.envs.tasks.linear_system import LinearSystem
    from rethink_gym.envs.tasks.logic.task import Logic
    from rethink_gym.envs.tasks.math import MathMix
    from rethink_gym.envs.tasks.modular import ModularArithmetic
    from rethink_gym.envs.tasks.number_theory import NumberTheory
    from rethink_gym.envs.tasks.polynomial import Polynomial
    from rethink_gym.envs.tasks.sequence import NumberSequence
    from rethink_gym.envs.tasks.sorting import Sorting
    from rethink_gym.envs.tasks.tracking import Tracking
    from rethink_gym.envs.tasks.unit_conversion import UnitConversion
    from rethink_gym.envs.tasks.word_problem import WordProblem

__all__ = [
    "GSM8K",
    "MBPP",
    "SVAMP",
    "TASKS",
    "TLDR",
    "WMT22",
    "XSUM",
    "Arithmetic",
    "CRUXEval",
    "Calculus",
    "Code",
    "Countdown",
    "Dataset",
    "Fractions",
    "Game24",
    "Graph",
    "HendrycksMath",
    "HumanEval",
    "LinearEquation",
    "LinearSystem",
    "Logic",
    "MathMix",
    "ModularArithmetic",
    "NumberSequence",
    "NumberTheory",
    "Polynomial",
    "Sorting",
    "Tracking",
    "UnitConversion",
    "WordProblem",
]

TASKS = {
    "Arithmetic": "arithmetic",
    "CRUXEval": "datasets.cruxeval",
    "Calculus": "calculus",
    "Code": "code",
    "Countdown": "countdown",
    "Dataset": "datasets.dataset",
    "Fractions": "fraction",
    "GSM8K": "datasets.gsm8k",
    "Game24": "game24",
    "Graph": "graph.task",
    "HendrycksMath": "datasets.hendrycks_math",
    "HumanEval": "datasets.humaneval",
    "LinearEquation": "linear_equation",
    "LinearSystem": "linear_system",
    "Logic": "logic.task",
    "MBPP": "datasets.mbpp",
    "MathMix": "math",
    "ModularArithmetic": "modular",
    "NumberSequence": "sequence",
    "NumberTheory": "number_theory",
    "Polynomial": "polynomial",
    "SVAMP": "datasets.svamp",
    "Sorting": "sorting",
    "TLDR": "datasets.summary",
    "Tracking": "tracking",
    "UnitConversion": "unit_conversion",
    "WMT22": "datasets.wmt22",
    "WordProblem": "word_problem",
    "XSUM": "datasets.summary",
}
"""By name of a task: its module below this package."""

__getattr__, __dir__ = lazy_exports(
    __name__, {name: f".{module}" for name, module in TASKS.items()}
)
