"""The examples in the docstrings of the base of all tasks run."""

import doctest
from types import ModuleType

import pytest

from rethink_gym.envs.tasks.base import random, row_task, solution, task


@pytest.mark.parametrize("module", [random, row_task, solution, task], ids=lambda m: m.__name__)
def test_the_examples_print_what_they_show(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.failed == 0
    assert results.attempted > 0
