"""Names that packages import at first access."""

import ast
import subprocess
import sys
from importlib import import_module
from importlib.util import resolve_name

import pytest

import rethink_gym
from rethink_gym._lazy import lazy_exports
from rethink_gym.errors import MissingExtraError

TASKS = "rethink_gym.envs.tasks"
WITHOUT_EXTRAS = """
import sys
for name in ("datasets", "jinja2", "matplotlib", "stable_baselines3", "torch", "transformers"):
    sys.modules[name] = None
"""


@pytest.mark.parametrize(
    "package", ["rethink_gym", "rethink_gym.agents", "rethink_gym.agents.policies", TASKS]
)
def test_type_checkers_see_the_names_that_are_imported_at_access(package: str) -> None:
    module = import_module(package)
    assert module.__file__ is not None
    with open(module.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    seen: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for statement in ast.walk(node):
                if isinstance(statement, ast.ImportFrom):
                    origin = resolve_name("." * statement.level + (statement.module or ""), package)
                    seen |= {alias.name: origin for alias in statement.names}
    for name, origin in seen.items():
        assert getattr(module, name) is getattr(import_module(origin), name)
    assert set(module.__all__) - set(vars(module)) <= set(seen)
    assert set(seen) <= set(module.__all__)


def test_every_public_name_of_the_package_can_be_imported() -> None:
    for name in rethink_gym.__all__:
        assert callable(getattr(rethink_gym, name))
        assert name in dir(rethink_gym)


def test_the_version_is_that_of_the_installed_package() -> None:
    from importlib.metadata import version

    assert rethink_gym.__version__ == version("rethink-gym")


def test_an_unknown_name_is_an_attribute_error() -> None:
    get_attribute, list_names = lazy_exports("rethink_gym", {"MathVerifier": ".verifiers"})
    with pytest.raises(AttributeError, match="module 'rethink_gym' has no attribute 'Nothing'"):
        get_attribute("Nothing")
    assert "MathVerifier" in list_names()


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRAS + program], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_star_import_works_without_the_extras() -> None:
    program = "from rethink_gym import *\nprint(MathVerifier, callable(play_episodes))"
    assert "MathVerifier" in run(program)


@pytest.mark.parametrize(
    "use",
    [
        "LanguageModel.from_pretrained('tiny')",
        "LanguageModel(1, 2)",
        "isinstance(1, LanguageModel)",
        "issubclass(int, LanguageModel)",
        "__import__('types').new_class('Own', (LanguageModel,))",
        "LanguageModel[int]",
    ],
)
def test_every_use_of_a_name_without_its_extra_names_the_remedy(use: str) -> None:
    program = (
        "from rethink_gym import LanguageModel\n"
        f"try:\n    {use}\n"
        "except ImportError as error:\n    print(type(error).__name__, error)\n"
    )
    assert run(program) == (
        f"{MissingExtraError.__name__} LanguageModel needs torch, which is not installed. "
        'Install it by `pip install "rethink-gym[agents]"`.\n'
    )


def test_help_works_without_the_extras() -> None:
    program = "import pydoc, rethink_gym\nfrom rethink_gym import *\nprint(repr(LanguageModel))\n"
    assert "needs torch" in run(program + "pydoc.plain(pydoc.render_doc(rethink_gym))")


def test_plain_functions_are_evaluated_without_the_extras() -> None:
    program = (
        "from rethink_gym import evaluate\n"
        "print(evaluate(lambda message: 'A: 1', 'Math-v0', problems=4).metrics.num_problems)"
    )
    assert run(program) == "4\n"
