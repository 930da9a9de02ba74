"""The configuration of a run, written to and read from its folder."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from rethink_gym.errors import ArgumentError, DataError, DataNotFoundError
from rethink_gym.evaluation.run_config import RunConfig, RunOptions

CONFIG = RunConfig(
    algorithm="score",
    learner="score",
    env_id="MathSelfCorrect-v0",
    env_kwargs={"level": 2},
    model="tiny",
    lora_rank=None,
    device="cpu",
    seed=3,
    total_episodes=64,
    eval_split="test",
    num_eval_problems=10,
    options=RunOptions(validate_every=2, patience=3, log_formats=("stdout",)),
    config={"alpha": 10.0, "stops": ["#"]},
)


def stored() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(CONFIG.to_dict()))
    return data


def test_a_saved_configuration_is_loaded_unchanged(tmp_path: Path) -> None:
    CONFIG.save(tmp_path)
    assert RunConfig.load(tmp_path) == CONFIG
    assert CONFIG.title == "score on MathSelfCorrect-v0"


def test_every_key_of_the_file_is_required() -> None:
    for key in stored():
        data = stored()
        del data[key]
        with pytest.raises(DataError, match=f"f.json must have the key '{key}'"):
            RunConfig.from_dict(data, source="f.json")
    for key in stored()["options"]:
        data = stored()
        del data["options"][key]
        with pytest.raises(DataError, match=rf"f.json must have the key 'options\.{key}'"):
            RunConfig.from_dict(data, source="f.json")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("learner", 3, "the key 'learner' must be a text, got 3"),
        ("seed", "3", "the key 'seed' must be a whole number, got '3'"),
        ("seed", True, "the key 'seed' must be a whole number, got True"),
        ("seed", None, "the key 'seed' must be a whole number, got None"),
        ("seed", 1.5, "the key 'seed' must be a whole number, got 1.5"),
        ("lora_rank", "big", "the key 'lora_rank' must be a whole number, got 'big'"),
        ("lora_rank", False, "the key 'lora_rank' must be a whole number, got False"),
        ("env_kwargs", [], r"the key 'env_kwargs' must be an object, got \[\]"),
        ("versions", {"torch": 2}, r"the key 'versions\.torch' must be a text, got 2"),
        ("options", [1], r"the key 'options' must be an object, got \[1\]"),
        ("options.log_formats", "stdout", r"the key 'options\.log_formats' must be a list"),
        ("options.log_formats", [1], r"the key 'options\.log_formats\[0\]' must be one of"),
        ("options.patience", 0, "patience must be a whole number of at least 1, got 0"),
        ("total_episodes", 0, "total_episodes must be a whole number of at least 1, got 0"),
        ("settings", {}, "must not have the key 'settings'"),
        ("options.every", 1, r"must not have the key 'options\.every'"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_file_and_key(
    key: str, value: object, message: str
) -> None:
    data = stored()
    parent, _, name = key.rpartition(".")
    (data[parent] if parent else data)[name] = copy.deepcopy(value)
    with pytest.raises(DataError, match=f"^f.json.*{message}"):
        RunConfig.from_dict(data, source="f.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "must have the key 'algorithm'. It was changed, or written by another program"),
        ("[]", "must hold a JSON object, got a list"),
        ("null", "must hold a JSON object, got a NoneType"),
        ('{"algo', "must be valid JSON"),
        ("", "must be valid JSON"),
        ("[" * 100_000, "must be valid JSON"),
    ],
    ids=["empty", "a list", "null", "broken off", "no text", "deeply nested"],
)
def test_a_file_that_is_not_a_configuration_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(DataError, match=rf"config\.json {message}"):
        RunConfig.load(tmp_path)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"config\.json must be valid JSON"):
        RunConfig.load(tmp_path)


def test_a_folder_without_a_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match=r"folder must be a run with a config\.json"):
        RunConfig.load(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"validate_every": -1}, "validate_every must be"),
        ({"num_validation_problems": 0}, "num_validation_problems must be"),
        ({"patience": 0}, "patience must be"),
        ({"checkpoint_every": 0}, "checkpoint_every must be"),
        ({"log_formats": ("tensorbord",)}, "Did you mean 'tensorboard'"),
    ],
)
def test_options_out_of_range_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        RunOptions(**arguments)
