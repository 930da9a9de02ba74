"""A learner fits in one file: the example trains, saves and resumes like the others."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from tests.agents.seven_env import answers_of, episode, make_seven_env, weights_of
from tests.agents.small_learners import make_digit_env
from typer.testing import CliRunner

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.cli import app
from rethink_gym.errors import ArgumentError

EXAMPLE = Path(__file__).parents[2] / "examples" / "custom_learner.py"
SMALL = {"num_problems": 4, "samples_per_problem": 4, "num_epochs": 1, "max_new_tokens": 2}


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("custom_learner", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_command_line_trains_it_with_its_own_options(
    tmp_path: Path, policy: LanguageModel
) -> None:
    policy.save_pretrained(tmp_path / "model")
    out = tmp_path / "run"
    options = [word for name, value in SMALL.items() for word in ("-o", f"{name}={value}")]
    arguments = ["--model", str(tmp_path / "model"), "--env", "Math-v0", "--out", str(out)]
    few = ["--episodes", "32", "--eval-problems", "2", "--validate-every", "0"]
    result = CliRunner().invoke(
        app,
        ["train", f"{EXAMPLE}:RAFT", *arguments, *few, *options, "-o", "min_reward=0.5"],
        env={"COLUMNS": "120"},
    )
    assert result.exit_code == 0, result.output
    assert "raft on Math-v0" in result.output
    settings = json.loads((out / "config.json").read_text())
    assert (settings["learner"], settings["config"]["min_reward"]) == (f"{EXAMPLE}:RAFT", 0.5)
    assert len((out / "progress.json").read_text().splitlines()) == 2
    assert (out / "report.html").is_file()


def test_it_imitates_the_best_sample_of_each_problem(
    example: ModuleType, policy: LanguageModel
) -> None:
    learner = example.RAFT(policy, make_seven_env(), example.RAFTConfig(**SMALL))
    samples = [
        episode("p", "a", "b", correct=(False, True)),
        episode("p", "c", "d", correct=(True, True)),
        episode("p", "e", "f", correct=(True, True)),
        episode("q", "g", "h", correct=(False, False)),
        episode("r", "i", "j", correct=(False, True)),
    ]
    assert answers_of(learner.select(samples)) == [("p", ("c", "d")), ("r", ("i", "j"))]


def test_it_resumes_from_a_checkpoint_bit_for_bit(
    example: ModuleType, policy: LanguageModel, tmp_path: Path
) -> None:
    def make() -> Any:
        config = example.RAFTConfig(**SMALL, learning_rate=1e-2)
        return example.RAFT(policy.trainable_copy(), make_digit_env(8), config, seed=5)

    whole = make().learn(4 * 16)
    half = make()
    half.learn(4 * 16, callback=lambda *_: half.num_updates < 2)
    half.save(tmp_path / "checkpoint")
    resumed = example.RAFT.load(tmp_path / "checkpoint", make_digit_env(8)).learn(4 * 16)
    assert torch.equal(weights_of(resumed), weights_of(whole))
    assert not torch.equal(weights_of(resumed), weights_of(policy))


def test_its_own_setting_is_checked(example: ModuleType) -> None:
    with pytest.raises(ArgumentError, match="min_reward must be a number above 0"):
        example.RAFTConfig(min_reward=0.0)
