"""Shared fixtures, the environment of all tests, and skips without an optional library."""

import os
import re
import traceback
from collections.abc import Generator, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from rethink_gym.errors import MissingExtraError

# Read when the libraries are first imported, so set before any test module is.
os.environ |= {
    "OMP_NUM_THREADS": "1",  # torch on one thread: small models, and runs side by side
    "MKL_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",  # its threads warn when a test forks
    "HF_HUB_OFFLINE": "1",  # no test reaches the network
}

LIBRARIES = {
    "datasets": "agents",
    "huggingface_hub": "agents",
    "jinja2": "agents",
    "matplotlib": "agents",
    "safetensors": "agents",
    "stable_baselines3": "agents",
    "tokenizers": "agents",
    "torch": "agents",
    "transformers": "agents",
    "nltk": "graders",
    "rapidfuzz": "graders",
    "rouge_score": "graders",
    "sacrebleu": "graders",
    "peft": "lora",
    "tensorboard": "tensorboard",
}
MISSING = {name: extra for name, extra in LIBRARIES.items() if find_spec(name) is None}
# The rest of the package works without extras: an import that fails there is a failure.
NEEDS_EXTRAS = ("agents", "evaluation", "integrations")
# Its own conftest.py needs torch, and a folder is read before a hook can skip it.
collect_ignore = ["agents"] if "torch" in MISSING else []
PACKAGE = Path(__file__).parents[1] / "src" / "rethink_gym"


def missing_extra(error: BaseException | None) -> str | None:
    """Return the extra that a test lacks, None if the error has another cause."""
    while error is not None:
        if isinstance(error, MissingExtraError):
            named = re.search(r"rethink-gym\[(\w+)\]", str(error))
            return named[1] if named and named[1] in MISSING.values() else None
        if isinstance(error, ModuleNotFoundError) and may_need_extras(error):
            # Of a missing distribution the name is known, and may have hyphens.
            return MISSING.get((error.name or "").partition(".")[0].replace("-", "_"))
        error = error.__cause__ or error.__context__
    return None


def may_need_extras(error: ModuleNotFoundError) -> bool:
    """Report whether the file with the failed import is a test, or may ask for an extra."""
    frames = traceback.extract_tb(error.__traceback__)
    files = [path for frame in frames if (path := Path(frame.filename)).is_file()]
    if not files or not files[-1].is_relative_to(PACKAGE):
        return True
    return files[-1].relative_to(PACKAGE).parts[0] in NEEDS_EXTRAS


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Skip a test file that imports a library of an extra that is not installed."""
    report = yield
    call = getattr(report, "call", None)
    if report.failed and call and (extra := missing_extra(call.excinfo.value)):
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 0, f"Skipped: the extra {extra} is not installed")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Skip a test that stops at a library of an extra that is not installed."""
    try:
        return (yield)
    except Exception as error:
        if extra := missing_extra(error):
            pytest.skip(f"the extra {extra} is not installed")
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    """Skip a test whose fixture needs a library of an extra that is not installed."""
    try:
        return (yield)
    except Exception as error:
        if extra := missing_extra(error):
            pytest.skip(f"the extra {extra} is not installed")
        raise


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of public data sets; tests that need one are skipped without it."""
    folder = os.environ.get("RETHINK_DATA_DIR")
    if not folder:
        pytest.skip("needs public data sets: set RETHINK_DATA_DIR to their folder")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"RETHINK_DATA_DIR must be a folder, got {folder!r}")
    return path
