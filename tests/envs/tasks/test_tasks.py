"""The table of tasks, and the lists that type checkers and imports need beside it."""

import ast
from pathlib import Path

import pytest

from rethink_gym.envs import tasks
from rethink_gym.envs.tasks.base.task import Task


def imports_for_type_checkers() -> dict[str, str]:
    """Return name and module of what is imported below ``if TYPE_CHECKING``."""
    tree = ast.parse(Path(tasks.__file__).read_text(encoding="utf-8"))
    (block,) = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return {
        alias.name: (node.module or "").removeprefix(f"{tasks.__name__}.")
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_type_checkers_find_each_task_in_the_module_of_the_table() -> None:
    assert imports_for_type_checkers() == dict(tasks.TASKS)


def test_all_names_are_those_of_the_table() -> None:
    assert sorted(tasks.__all__) == sorted([*tasks.TASKS, "TASKS"])


@pytest.mark.parametrize("name", tasks.TASKS)
def test_a_task_is_found_by_its_name(name: str) -> None:
    task = getattr(tasks, name)
    assert issubclass(task, Task)
    assert task.__name__ == name


def test_a_name_that_is_not_a_task_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Arithmetics'"):
        getattr(tasks, "Arithmetics")  # noqa: B009  # mypy knows that there is no such name
