"""The confined process loads and sees only the source that it needs."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.verifiers.sandbox.confined import WAYS, open_sandbox, run_confined

import rethink_gym.verifiers.sandbox
from rethink_gym.verifiers.sandbox.server.sandbox import Sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these levels need Linux")

FOLDER = Path(rethink_gym.verifiers.sandbox.__file__).parent


@pytest.fixture(scope="module", params=list(WAYS))
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with open_sandbox(request.param) as sandbox:
        yield sandbox


def test_a_program_finds_no_module_of_the_grading_or_of_other_packages(sandbox: Sandbox) -> None:
    source = "import sys\nprint(*[name for name in sys.modules if name.startswith('rethink_gym')])"
    names = run_confined(sandbox, source).output.split()
    inner = {name.removeprefix("rethink_gym.verifiers.sandbox").split(".")[1] for name in names[3:]}
    assert names[:3] == [
        "rethink_gym.verifiers.sandbox",
        "rethink_gym.verifiers",
        "rethink_gym",
    ]
    assert inner == {"kernel", "protocol", "server"}


def test_a_program_cannot_see_the_source_of_the_grading(sandbox: Sandbox) -> None:
    names = ("grading", "code_tests.py", "__init__.py", "../code", "../../envs")
    paths = [str(FOLDER / name) for name in names]
    source = (
        f"import os\nfor path in {paths!r}:\n"
        "  try: print(open(path).read())\n  except OSError: pass\n"
        "  try: print(os.listdir(path))\n  except OSError: pass"
    )
    assert run_confined(sandbox, source).output == ""


def test_the_source_of_the_grading_does_not_exist_in_a_container() -> None:
    with open_sandbox("strict") as sandbox:
        source = f"import os\nprint(os.path.exists({str(FOLDER / 'grading')!r}))"
        assert run_confined(sandbox, source).output == "False\n"
