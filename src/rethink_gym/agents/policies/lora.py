"""LoRA: low-rank adapters for language models, with peft."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from rethink_gym.errors import MissingExtraError, ModelError, argument_error, check_count

__all__ = [
    "ADAPTER_FOLDER",
    "LoraConfig",
    "add_lora",
    "base_state_dict",
    "is_adapter",
    "load_adapter",
    "save_adapter",
]

ADAPTER_FOLDER = "adapter"
"""Subfolder of the adapter in the folder of its model."""

_NAME = "default"
_PREFIX = "base_model.model."
"""Prefix of the names of weights in peft's files."""


@dataclass(frozen=True, kw_only=True)
class LoraConfig:
    """The shape of a low-rank adapter.

    Attributes:
        rank: Rank of the update of each weight matrix.
        alpha: Scale of the update: it is multiplied by ``alpha / rank``.
        target_modules: Last parts of the names of the adapted layers; None for all linear
            layers except the output layer.
        seed: Seed of the random factor of each new update; the other factor is zero.

    Raises:
        ArgumentError: If ``rank`` is not a whole number of at least 1, ``seed`` not one of
            at least 0, or ``alpha`` not above 0.

    References:
        Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2022
        (arXiv:2106.09685).
    """

    rank: int = 16
    alpha: float = 32.0
    target_modules: tuple[str, ...] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        check_count("rank", self.rank)
        check_count("seed", self.seed, 0)
        if not self.alpha > 0:
            raise argument_error("alpha", "a number above 0", self.alpha)


def add_lora(model: PreTrainedModel, config: LoraConfig) -> None:
    """Add an adapter to a model, and freeze all other weights.

    Args:
        model: The model, changed in place. Its outputs are unchanged until it is trained.
        config: The shape of the adapter.

    Raises:
        MissingExtraError: If peft is not installed.
        ModelError: If ``model`` has an adapter already, or does not have a layer of
            ``config.target_modules``.
    """
    peft = _peft()
    if any(is_adapter(name) for name, _ in model.named_parameters()):
        raise ModelError("model must not have an adapter yet, got one. Load its base model.")
    targets = config.target_modules
    settings = peft.LoraConfig(
        task_type="CAUSAL_LM",
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=0.0,
        target_modules="all-linear" if targets is None else list(targets),
        # GPT-2 and similar models store their weights transposed.
        fan_in_fan_out=any(isinstance(module, Conv1D) for module in model.modules()),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        _inject(peft, model, settings)


def is_adapter(name: str) -> bool:
    """Whether a weight of this name belongs to an adapter."""
    return ".lora_" in name


def base_state_dict(model: PreTrainedModel) -> dict[str, Tensor]:
    """Return the weights of a model's base model, by the names they have without an adapter."""
    return {
        name.replace(".base_layer.", "."): weight
        for name, weight in model.state_dict().items()
        if not is_adapter(name)
    }


def save_adapter(model: PreTrainedModel, folder: Path) -> None:
    """Write the adapter of a model in the layout of peft.

    Args:
        model: A model with an adapter.
        folder: Folder to save to; created if missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        _PREFIX + name.replace(f".{_NAME}.", "."): weight.contiguous()
        for name, weight in model.state_dict().items()
        if is_adapter(name)
    }
    save_file(weights, folder / "adapter_model.safetensors")
    model.peft_config[_NAME].save_pretrained(str(folder))


def load_adapter(model: PreTrainedModel, folder: Path) -> None:
    """Load an adapter saved by `save_adapter`.

    Args:
        model: The model without adapter; changed in place.
        folder: Folder of the adapter.

    Raises:
        MissingExtraError: If peft is not installed.
        ModelError: If the adapter in ``folder`` does not fit ``model``.
    """
    peft = _peft()
    _inject(peft, model, peft.LoraConfig.from_pretrained(str(folder)))
    loaded = load_file(folder / "adapter_model.safetensors", device=str(model.device))
    weights = {
        name.removeprefix(_PREFIX).replace(".weight", f".{_NAME}.weight"): weight
        for name, weight in loaded.items()
    }
    wanted = {name for name in model.state_dict() if is_adapter(name)}
    if set(weights) != wanted:
        raise ModelError(
            f"adapter in {str(folder)!r} must fit the model beside it, got other weights. "
            "Save model and adapter together."
        )
    model.load_state_dict(weights, strict=False)


def _inject(peft: Any, model: PreTrainedModel, settings: Any) -> None:
    settings.inference_mode = False
    try:
        peft.inject_adapter_in_model(settings, model, _NAME)
    except ValueError as error:
        raise ModelError(f"The adapter cannot be added to the model: {error}") from error
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(is_adapter(name))
    torch.nn.Module.eval(model)


def _peft() -> Any:
    try:
        return importlib.import_module("peft")
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f'An adapter needs {error.name}. Install it by `pip install "rethink-gym[lora]"`.'
        ) from error
