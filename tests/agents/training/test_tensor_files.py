"""Nested data with tensors comes back from a file unchanged."""

import json
from pathlib import Path

import pytest
import torch

from rethink_gym.agents.training.tensor_files import (
    decode_plain,
    encode_plain,
    load_tensors,
    save_tensors,
)
from rethink_gym.errors import ArgumentError, CheckpointError


def test_nested_data_comes_back_as_it_was(tmp_path: Path) -> None:
    data = {
        "state": {0: {"step": torch.tensor(3.0), "average": torch.arange(4.0)}, 1: {}},
        "groups": [{"lr": 1e-4, "betas": (0.9, 0.999), "foreach": None, "amsgrad": False}],
        "generator": torch.Generator().get_state(),
        "text": "a lone \ud800 half",
        "halves": torch.tensor([1.5, float("nan")], dtype=torch.bfloat16),
        "empty": [torch.zeros(0), torch.zeros(0, 3)],
        "nothing": {},
    }
    save_tensors(tmp_path, data)
    loaded = load_tensors(tmp_path)
    assert list(loaded) == list(data)
    assert list(loaded["state"]) == [0, 1]
    assert torch.equal(loaded["state"][0]["average"], torch.arange(4.0))
    assert loaded["groups"] == data["groups"]
    assert torch.equal(loaded["generator"], data["generator"])  # type: ignore[arg-type]
    assert loaded["text"] == data["text"]
    assert loaded["halves"].dtype == torch.bfloat16
    assert [tuple(tensor.shape) for tensor in loaded["empty"]] == [(0,), (0, 3)]


def test_tied_weights_are_written_once(tmp_path: Path) -> None:
    weight = torch.rand(100, 100)
    save_tensors(tmp_path, {"embedding": weight, "head": weight, "part": weight[:2]})
    assert (tmp_path / "tensors.safetensors").stat().st_size < 1.2 * weight.nbytes
    loaded = load_tensors(tmp_path)
    assert torch.equal(loaded["head"], weight)
    assert torch.equal(loaded["part"], weight[:2])


def test_columns_of_a_matrix_keep_their_values(tmp_path: Path) -> None:
    weight = torch.arange(6.0).reshape(2, 3)
    save_tensors(tmp_path, {"column": weight[:, 1], "turned": weight.T})
    loaded = load_tensors(tmp_path)
    assert loaded["column"].tolist() == [1.0, 4.0]
    assert torch.equal(loaded["turned"], weight.T)


def test_plain_data_keeps_tuples_apart_from_lists() -> None:
    data = {"stops": ("a", "b"), "sizes": [1, 2], 3: None, "rate": 0.1}
    assert decode_plain(json.loads(json.dumps(encode_plain(data)))) == data


@pytest.mark.parametrize("data", [{"call": len}, {"of": {1.5: 1}}, {"set": {1, 2}}])
def test_data_that_is_not_plain_is_refused(tmp_path: Path, data: dict[str, object]) -> None:
    with pytest.raises(ArgumentError, match="must be"):
        save_tensors(tmp_path, data)


def test_a_truncated_file_is_reported(tmp_path: Path) -> None:
    save_tensors(tmp_path, {"weight": torch.rand(100)})
    path = tmp_path / "tensors.safetensors"
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(CheckpointError, match="tensors that cannot be read"):
        load_tensors(tmp_path)
