"""Nested data with tensors on disk: a safetensors file, and JSON for everything else."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from rethink_gym.errors import CheckpointError, argument_error

__all__ = ["decode_plain", "encode_plain", "load_tensors", "save_tensors"]

_TENSORS = "tensors.safetensors"
_STRUCTURE = "tensors.json"


def save_tensors(folder: Path, data: Mapping[str, Any]) -> None:
    """Write nested data.

    Nothing is pickled, so that reading a file from elsewhere runs nothing. A tensor
    that occurs several times, such as tied weights, is written once.

    Args:
        folder: Folder for ``tensors.safetensors`` and ``tensors.json``.
        data: Dicts, lists and tuples of tensors, numbers, texts, truth values and None;
            the keys of a dict may be numbers.

    Raises:
        ArgumentError: If ``data`` contains anything else.
    """
    tensors: dict[str, Tensor] = {}
    names: dict[tuple[object, ...], str] = {}

    def encode_tensor(tensor: Tensor) -> object:
        key = (tensor.data_ptr(), tensor.dtype, tuple(tensor.shape), tensor.stride())
        if key not in names or tensor.numel() == 0:  # empty tensors may share an address
            names[key] = str(len(tensors))
            own = tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
            tensors[names[key]] = own
        return {"tensor": names[key]}

    structure = _encode(data, encode_tensor)
    save_file(tensors, folder / _TENSORS)
    (folder / _STRUCTURE).write_text(json.dumps(structure) + "\n", encoding="utf-8")


def load_tensors(folder: Path) -> dict[str, Any]:
    """Read nested data that `save_tensors` wrote.

    Args:
        folder: Folder of the two files.

    Returns:
        The data, with its tensors on the CPU.

    Raises:
        CheckpointError: If a file is missing or cannot be read.
    """
    try:
        tensors = load_file(folder / _TENSORS)
        structure = json.loads((folder / _STRUCTURE).read_text(encoding="utf-8"))
        data: dict[str, Any] = _decode(structure, tensors)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise CheckpointError(f"{folder} holds tensors that cannot be read: {error!r}.") from error
    return data


def encode_plain(data: object) -> object:
    """Return nested data without tensors as JSON data that keeps tuples apart from lists.

    Args:
        data: Dicts, lists and tuples of numbers, texts, truth values and None.

    Returns:
        What `decode_plain` reads.

    Raises:
        ArgumentError: If ``data`` contains anything else.
    """

    def refuse(tensor: Tensor) -> object:
        raise argument_error("data", "without tensors", tensor)

    return _encode(data, refuse)


def decode_plain(data: object) -> Any:
    """Return what was given to `encode_plain`.

    Args:
        data: What it returned.

    Returns:
        Equal data.
    """
    return _decode(data, {})


def _encode(data: object, encode_tensor: Callable[[Tensor], object]) -> object:
    if data is None or isinstance(data, bool | int | float | str):
        return data
    if isinstance(data, Tensor):
        return encode_tensor(data)
    if isinstance(data, tuple):
        return {"tuple": [_encode(item, encode_tensor) for item in data]}
    if isinstance(data, list):
        return [_encode(item, encode_tensor) for item in data]
    if isinstance(data, Mapping):
        if not all(isinstance(key, str | int) for key in data):
            raise argument_error("keys", "texts or whole numbers", list(data))
        return {"dict": [[key, _encode(value, encode_tensor)] for key, value in data.items()]}
    raise argument_error("data", "nested dicts, lists and tuples of tensors and plain data", data)


def _decode(structure: Any, tensors: Mapping[str, Tensor]) -> Any:
    if isinstance(structure, list):
        return [_decode(item, tensors) for item in structure]
    if not isinstance(structure, dict):
        return structure
    ((kind, content),) = structure.items()
    if kind == "tensor":
        return tensors[content]
    if kind == "tuple":
        return tuple(_decode(item, tensors) for item in content)
    return {key: _decode(value, tensors) for key, value in content}
