"""What every test may ask for, and the surroundings in which all of them run."""

import os
from pathlib import Path

import pytest

# Read when the libraries are first imported, so set before any test module is.
os.environ |= {
    "OMP_NUM_THREADS": "1",  # torch on one thread: small models, and runs side by side
    "MKL_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",  # its threads warn when a test forks
    "HF_HUB_OFFLINE": "1",  # no test reaches the network
}


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
