"""Load models and tokenizers from the package, from disk or from the hub, and save them."""

import contextlib
import importlib.resources
from collections.abc import Iterator
from pathlib import Path

import torch
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError
from torch import nn
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)
from transformers.models.auto.tokenization_auto import get_tokenizer_config
from transformers.utils import logging

from rethink_gym.agents.policies.lora import (
    ADAPTER_FOLDER,
    base_state_dict,
    is_adapter,
    load_adapter,
    save_adapter,
)
from rethink_gym.errors import HubUnavailableError, ModelError, argument_error
from rethink_gym.hub import hub_if_known

__all__ = ["load_pretrained", "save_pretrained"]

_TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "vocab.json",
    "vocab.txt",
    "spiece.model",
)


def load_pretrained(
    name_or_path: str | Path, *, device: str | torch.device, dtype: torch.dtype
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load a causal language model and its tokenizer.

    Args:
        name_or_path: ``"tiny"``, a folder, or a name on the Hugging Face hub.
        device: Device of the model.
        dtype: Type of the weights.

    Returns:
        The model in evaluation mode, and the tokenizer.

    Raises:
        ModelError: If ``name_or_path`` does not hold a usable model and tokenizer.
        HubUnavailableError: If ``name_or_path`` is a hub name and the hub cannot be reached.
        ArgumentError: If torch cannot use ``device`` on this machine.
    """
    _check_device(device)
    name = str(name_or_path)
    with contextlib.ExitStack() as stack:
        if name == "tiny":
            weights = importlib.resources.files("rethink_gym.agents.tiny") / "weights"
            folder = stack.enter_context(importlib.resources.as_file(weights))
            return _load_folder(folder, device, dtype)
        path = Path(name).expanduser()
        if path.is_dir():
            return _load_folder(path, device, dtype)
        if isinstance(name_or_path, Path) or not _may_be_hub_name(name):
            raise ModelError(
                f"model must be an existing folder, a hub name or 'tiny', got {name!r}. "
                "No such folder: check the path."
            )
        return _load_hub(name, device, dtype)


def save_pretrained(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: str | Path
) -> None:
    """Save a model and its tokenizer in the layout of transformers, and its adapter beside them.

    Args:
        model: The model, with or without adapter.
        tokenizer: Its tokenizer.
        folder: Folder to save to; created if missing.
    """
    with _no_progress_bars():
        if any(is_adapter(name) for name, _ in model.named_parameters()):
            model.save_pretrained(folder, state_dict=base_state_dict(model))
            save_adapter(model, Path(folder) / ADAPTER_FOLDER)
        else:
            model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def _check_device(device: str | torch.device) -> None:
    try:
        torch.empty(0, device=device)
    except (AssertionError, ImportError, NotImplementedError, RuntimeError) as error:
        remedy = f"torch says: {str(error).splitlines()[0].rstrip('.')}."
        wanted = "one that torch can use on this machine, such as 'cpu'"
        raise argument_error("device", wanted, str(device), remedy) from error


def _may_be_hub_name(name: str) -> bool:
    return name.count("/") <= 1 and not name.startswith((".", "/", "~")) and "\\" not in name


def _load_folder(
    folder: Path, device: str | torch.device, dtype: torch.dtype
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    if not (folder / "config.json").is_file():
        raise ModelError(
            f"model folder {str(folder)!r} must hold config.json, got a folder without it. "
            "Write it by model.save_pretrained(folder)."
        )
    if not any((folder / file).is_file() for file in _TOKENIZER_FILES):
        raise ModelError(
            f"model folder {str(folder)!r} must hold a tokenizer, got a folder without one. "
            "Write it by tokenizer.save_pretrained(folder)."
        )
    try:
        with _no_progress_bars():
            model, tokenizer = _load(str(folder), device, dtype)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            f"model folder {str(folder)!r} must hold a causal language model and its "
            f"tokenizer, got one that transformers refuses: {error}"
        ) from error
    if (folder / ADAPTER_FOLDER).is_dir():
        load_adapter(model, folder / ADAPTER_FOLDER)
    return model, tokenizer


def _load_hub(
    name: str, device: str | torch.device, dtype: torch.dtype
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    try:
        with hub_if_known():
            return _load(name, device, dtype)
    except (OSError, ValueError, KeyError) as error:
        causes: list[BaseException] = []
        cause: BaseException | None = error
        while cause is not None:
            causes.append(cause)
            cause = cause.__cause__ or cause.__context__
        if any(isinstance(cause, RepositoryNotFoundError | GatedRepoError) for cause in causes):
            raise ModelError(
                f"model must be 'tiny', an existing folder or the name of a model on the hub "
                f"to which you have access, got {name!r}. "
                "Check the spelling, or log in by `hf auth login`."
            ) from error
        if isinstance(error, OSError):
            raise HubUnavailableError(
                f"model {name!r} is not an existing folder, and the Hugging Face hub cannot be "
                f"reached. Connect to the internet once, or download the model on another "
                f"machine by `hf download {name}` and pass the path of its folder."
            ) from error
        raise ModelError(
            f"model {name!r} must be a causal language model, got one that transformers "
            f"refuses: {error}"
        ) from error


def _load(
    name: str, device: str | torch.device, dtype: torch.dtype
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    # AutoTokenizer rebuilds the tokenizers of some architectures by their own rules and
    # ignores those of tokenizer.json, even if the folder names the class that uses them
    # (seen with Qwen2 in transformers 5.23). So that class is called directly.
    kind = get_tokenizer_config(name).get("tokenizer_class")
    is_generic = kind in ("TokenizersBackend", "PreTrainedTokenizerFast")
    tokenizer = (PreTrainedTokenizerFast if is_generic else AutoTokenizer).from_pretrained(name)
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(name, dtype=dtype)
    nn.Module.to(model, device)  # PreTrainedModel.to is not typed
    return nn.Module.eval(model), tokenizer


@contextlib.contextmanager
def _no_progress_bars() -> Iterator[None]:
    """Suppress the progress bars of transformers for local files."""
    had_bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # untyped
    try:
        yield
    finally:
        if had_bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]  # untyped
