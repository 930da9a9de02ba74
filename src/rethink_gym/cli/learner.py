"""Learners on the command line: by name, or by file and class."""

import importlib.util
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rethink_gym.errors import DataError, DataNotFoundError, argument_error, check_choice

if TYPE_CHECKING:
    from rethink_gym.agents.training.algorithm import Algorithm

__all__ = ["load_learner"]


def load_learner(name: str) -> "type[Algorithm[Any]]":
    """Return a learner of this package by its name, or any other by its file and class.

    Raises:
        ArgumentError: If the learner does not exist, or a file is given without a class; the
            message lists the classes of the file.
        DataNotFoundError: If the file does not exist.
        DataError: If the file cannot be imported.
    """
    from rethink_gym import agents

    if name.endswith(".py"):
        module = _module_name(Path(name))
        own = [n for n, each in _learners_in(Path(name)).items() if each.__module__ == module]
        classes = " or ".join(f":{each}" for each in own)
        remedy = f"Add {classes}." if classes else "The file has no class of a learner."
        raise argument_error("ALGORITHM", "path/to/file.py:ClassName", name, remedy)
    if ":" not in name:
        known = check_choice("ALGORITHM", name, [*agents.ALGORITHMS, "path/to/file.py:ClassName"])
        algorithm_class: type[Algorithm[Any]] = getattr(agents, agents.ALGORITHMS[known])
        return algorithm_class
    path, _, class_name = name.rpartition(":")
    learners = _learners_in(Path(path))
    return learners[check_choice(f"class of {path}", class_name, learners)]


def _module_name(path: Path) -> str:
    return f"_rethink_learner_{path.stem}"


def _learners_in(path: Path) -> "dict[str, type[Algorithm[Any]]]":
    from rethink_gym.agents.training.algorithm import Algorithm

    if not path.is_file():
        remedy = "Write it as path/to/file.py:ClassName."
        raise DataNotFoundError(
            f"ALGORITHM must name an existing file, got {str(path)!r}. {remedy}"
        )
    spec = importlib.util.spec_from_file_location(_module_name(path), path)
    if spec is None or spec.loader is None:
        raise argument_error("ALGORITHM", "a Python file and a class in it", str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look up the names in annotations here
    try:
        spec.loader.exec_module(module)
    except (ImportError, SyntaxError, NameError) as error:
        raise DataError(f"{path} cannot be imported: {error!r}.") from error
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, Algorithm) and not inspect.isabstract(value)
    }
