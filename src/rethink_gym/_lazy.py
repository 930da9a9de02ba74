"""Names of a package that are imported at first access."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NoReturn

__all__ = ["EXTRAS", "MissingExport", "lazy_exports"]

EXTRAS = {
    "accelerate": "agents",
    "datasets": "agents",
    "jinja2": "agents",
    "matplotlib": "agents",
    "safetensors": "agents",
    "stable_baselines3": "agents",
    "tokenizers": "agents",
    "torch": "agents",
    "transformers": "agents",
}
"""Extra that installs an optional package, by the name of the package."""


class MissingExport:
    """Placeholder for a name whose optional dependency is not installed; any use is an error.

    With it, ``from package import *`` works without the extras.

    Args:
        name: The name.
        dependency: Package that is not installed.
    """

    def __init__(self, name: str, dependency: str) -> None:
        vars(self).update(_name=name, _dependency=dependency)

    def _fail(self, *_: object, **__: object) -> NoReturn:
        from rethink_gym.errors import MissingExtraError

        extra = EXTRAS[self._dependency]
        raise MissingExtraError(
            f"{self._name} needs {self._dependency}, which is not installed. "
            f'Install it by `pip install "rethink-gym[{extra}]"`.'
        )

    _name: str
    _dependency: str
    __call__ = __getitem__ = __mro_entries__ = _fail
    __instancecheck__ = __subclasscheck__ = _fail

    def __getattr__(self, name: str) -> NoReturn:
        # Tools such as pydoc look for special attributes of everything in a package.
        if name.startswith("__"):
            raise AttributeError(f"{self!r} has no attribute {name!r}")
        self._fail()

    def __repr__(self) -> str:
        """Show what is missing, without an error, for interactive use."""
        return f"<{self._name}, which needs {self._dependency}>"


def lazy_exports(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Create the functions ``__getattr__`` and ``__dir__`` of a package.

    Write ``__getattr__, __dir__ = lazy_exports(__name__, {"GRPO": ".algorithms.reinforce"})``
    in the package, and import the same names for type checkers under ``TYPE_CHECKING``.

    Args:
        package: Name of the package.
        modules: Module of each name, relative to the package if it starts with a dot.

    Returns:
        The two functions. If an optional dependency is not installed, a name gives a
        `MissingExport`.
    """

    def get_attribute(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        try:
            value = getattr(import_module(modules[name], package), name)
        except ModuleNotFoundError as error:
            dependency = (error.name or "").partition(".")[0]
            if dependency not in EXTRAS:
                raise
            return MissingExport(name, dependency)
        # Later accesses find the name in the package and do not come here.
        setattr(sys.modules[package], name, value)
        return value

    def list_names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *modules})

    return get_attribute, list_names
