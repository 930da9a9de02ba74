"""Expressions and questions for the tests of mathematical tasks, independent of the tasks."""

from typing import Any

import sympy
from sympy.parsing.sympy_parser import (
    convert_xor,
    implicit_multiplication,
    parse_expr,
    standard_transformations,
)

from rethink_gym.envs.tasks.base.task import GeneratedTask

X = sympy.Symbol("x")
_READING = (*standard_transformations, implicit_multiplication, convert_xor)


def expression(text: str) -> Any:
    """Parse an expression of our own prompt or gold answer; unsafe for the answer of a model."""
    return parse_expr(text, local_dict={"x": X, "e": sympy.E}, transformations=_READING)


def questions(task: GeneratedTask[Any], count: int, split: str = "train") -> list[tuple[str, str]]:
    """Return the first lines of prompts with their gold answers."""
    problems = [task.problem(index, split) for index in range(count)]
    return [(problem.prompt.splitlines()[0], problem.gold) for problem in problems]
