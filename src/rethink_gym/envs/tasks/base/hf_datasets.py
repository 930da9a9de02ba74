"""Lazy import of the package ``datasets``, and loading data sets from the hub."""

import re
from collections.abc import Mapping
from typing import Any

from rethink_gym.errors import DataNotFoundError, HubUnavailableError, MissingExtraError
from rethink_gym.hub import hub_if_known

__all__ = ["import_datasets", "load_from_hub"]

_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")


def import_datasets() -> Any:
    """Import the package ``datasets``; the first import takes seconds.

    Raises:
        MissingExtraError: If the package is not installed.
    """
    try:
        import datasets
    except ImportError as error:
        raise MissingExtraError(
            "Loading this data set needs the package datasets. "
            "Install it with: pip install 'rethink-gym[agents]'"
        ) from error
    return datasets


def load_from_hub(name: str, subset: str | None) -> Mapping[str, Any]:
    """Load a data set from the hub, or from the local cache.

    Args:
        name: Name of the data set, such as ``"openai/gsm8k"``.
        subset: Name of the subset; None if the data set has no subsets.

    Returns:
        The splits by name, as the package ``datasets`` represents them.

    Raises:
        DataNotFoundError: If the hub has no data set called ``name``.
        HubUnavailableError: If the hub does not answer.
        MissingExtraError: If the package ``datasets`` is not installed.
    """
    if not _HUB_NAME.fullmatch(name):
        raise DataNotFoundError(
            "data must be a file, a folder, or a name on the hub such as 'openai/gsm8k', got "
            f"{name!r}, and there is no such file or folder. Check the path."
        )
    datasets = import_datasets()
    try:
        with hub_if_known():
            loaded: Mapping[str, Any] = datasets.load_dataset(name, subset)
    except ConnectionError as error:
        raise HubUnavailableError(
            f"The data set {name!r} must come from the Hugging Face hub, which cannot be reached. "
            f"Download it on a machine with network access (`hf download {name} --repo-type "
            "dataset --local-dir FOLDER`) and pass data='FOLDER'. A folder with train.jsonl and "
            "test.jsonl works, too."
        ) from error
    except FileNotFoundError as error:
        raise DataNotFoundError(
            f"data must be a file, a folder, or a name on the hub, got {name!r}, and there is "
            "neither such a folder nor such a data set on the hub. Check the name."
        ) from error
    return loaded
