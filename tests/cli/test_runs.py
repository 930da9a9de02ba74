"""Runs from the command line: resuming, several samples, comparing."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import get_args

import pytest
from tests.evaluation import scripted
from typer.testing import CliRunner, Result

from rethink_gym.agents import LanguageModel, OutcomeRewardModel
from rethink_gym.cli import app
from rethink_gym.evaluation.log import LogFormat

LEARNER = f"{scripted.__file__}:Learner"
SMALL = ["-o", "problems_per_update=2", "-o", "samples_per_problem=2", "-o", "max_new_tokens=3"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(scripted.save_model(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory, model: str) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "first"
    few = ["--episodes", "12", "--eval-problems", "6", "--validate-every", "0"]
    result = rethink("train", LEARNER, "--model", model, *few, "--out", str(folder))
    assert result.exit_code == 0, result.output
    return folder


def rethink(*arguments: str) -> Result:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "120"})
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.mark.slow
def test_ctrl_c_saves_and_prints_how_to_resume_and_the_run_is_resumed(
    tmp_path: Path, model: str
) -> None:
    folder = tmp_path / "run"
    command = [sys.executable, "-c", "from rethink_gym.cli import app; app()", "train", "score"]
    few = ["--episodes", "240", "--eval-problems", "4", "--validate-every", "0"]
    child = subprocess.Popen(
        [*command, "--model", model, *SMALL, *few, "--out", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    log, deadline = folder / "progress.json", time.monotonic() + 120
    while not (log.is_file() and log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    output, errors = child.communicate(timeout=120)
    assert child.returncode == 130, errors
    assert errors == ""
    assert f"rethink train --resume {folder}" in " ".join(output.split())
    played = json.loads((folder / "checkpoint" / "state.json").read_text())["num_updates"]
    assert 1 <= played < 60
    assert len(log.read_text().splitlines()) == played
    result = rethink("train", "--resume", str(folder))
    assert result.exit_code == 0, result.output
    assert len(log.read_text().splitlines()) == 60
    assert (folder / "report.html").is_file()


def test_a_run_of_a_learner_from_a_file_is_resumed_from_any_folder(
    tmp_path: Path, model: str, run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "run"
    shutil.copytree(run_folder, folder)
    (folder / "report.html").unlink()
    assert rethink("train", "--resume", str(folder)).exit_code == 0
    assert (folder / "report.html").is_file()


def test_the_log_has_the_outputs_that_were_asked_for(tmp_path: Path, model: str) -> None:
    folder = tmp_path / "run"
    few = ["--episodes", "4", "--eval-problems", "2", "--validate-every", "0"]
    log = ["--log", "tensorboard", "--log", "stdout"]
    result = rethink("train", LEARNER, "--model", model, *few, *log, "--out", str(folder))
    assert result.exit_code == 0, result.output
    assert "accuracy@t2" in result.output
    assert list((folder / "tensorboard").iterdir())


def test_an_adapter_is_trained_if_asked_for(tmp_path: Path, model: str) -> None:
    pytest.importorskip("peft", reason="the extra lora is not installed")
    folder = tmp_path / "run"
    few = ["--episodes", "8", "--eval-problems", "2", "--validate-every", "0"]
    arguments = ["--model", model, "--lora-rank", "2", *SMALL, *few, "--out", str(folder)]
    result = rethink("train", "score", *arguments)
    assert result.exit_code == 0, result.output
    adapter = json.loads(
        (folder / "checkpoint" / "policy" / "adapter" / "adapter_config.json").read_text()
    )
    assert (adapter["r"], adapter["lora_alpha"]) == (2, 4.0)


def test_several_samples_are_measured_and_drawn(tmp_path: Path, model: str) -> None:
    out = tmp_path / "eval"
    several = ["--problems", "4", "--samples", "4", "--temperature", "1", "--max-new-tokens", "3"]
    result = rethink("eval", "--model", model, *several, "--out", str(out))
    assert result.exit_code == 0, result.output
    for name in ("pass@4", "maj@4", "answer entropy"):
        assert name in result.output
    assert len((out / "episodes.jsonl").read_text().splitlines()) == 16
    assert "pass@4" in json.loads((out / "metrics.json").read_text())["model"]["intervals"]
    assert (out / "plots" / "samples.svg").is_file()


def test_samples_are_reranked_by_an_outcome_reward_model(tmp_path: Path, model: str) -> None:
    reward_model = tmp_path / "reward_model"
    OutcomeRewardModel(LanguageModel.from_pretrained(model)).save_pretrained(reward_model)
    out = tmp_path / "eval"
    few = ["--problems", "2", "--samples", "2", "--temperature", "1", "--max-new-tokens", "3"]
    reranked = [*few, "--reward-model", str(reward_model), "--out", str(out)]
    result = rethink("eval", "--model", model, *reranked)
    assert result.exit_code == 0, result.output
    assert "rerank@2" in result.output
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["model"]["scores"] == [0.5] * 4, "a new model scores everything 0.5"
    assert metrics["config"]["reward_model"] == str(reward_model)


def test_runs_are_compared(tmp_path: Path, model: str, run_folder: Path) -> None:
    base = tmp_path / "base"
    few = ["--problems", "6", "--max-new-tokens", "2"]
    assert rethink("eval", "--model", model, *few, "--out", str(base)).exit_code == 0
    result = rethink(
        "compare", str(base), str(run_folder), "--margin", "3", "--out", str(tmp_path / "both")
    )
    assert result.exit_code == 0, result.output
    assert "minus base" in result.output
    assert "first" in result.output
    data = json.loads((tmp_path / "both" / "comparison.json").read_text())
    assert data["runs"] == ["base", "first"]
    assert (tmp_path / "both" / "report.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train"], "ALGORITHM must be the name of a learner, got nothing. `rethink train"),
        (["train", "score", "--resume", "somewhere"], "--resume must be the only argument"),
        (["train", "--resume", "somewhere", "--seed", "3"], "got ['--resume', '--seed']"),
        (["train", "--resume", "nowhere", "grpo"], "got ['--resume', 'grpo']"),
        (["train", "--resume", "nowhere"], "--resume must be a run with a config.json"),
        (
            ["train", "grpo", "-o", "num_generations=8"],
            "learning option num_generations is called samples_per_problem here",
        ),
        (["train", "score", "--log", "excel"], "--log must be one of"),
        (["train", "score", "--checkpoint-every", "0"], "--checkpoint-every must be"),
        (["eval", "--samples", "0"], "samples must be"),
        (["eval", "--reward-model", "nowhere"], "--reward-model must hold an outcome reward model"),
        (["compare", "nowhere", "else"], "RUN must hold a finished run or an evaluation"),
        (["compare", "nowhere", "nowhere"], "RUN must be different folders"),
        (["compare", "a", "b", "--margin", "-3"], "--margin must be a number above 0, got -3.0"),
        (["compare", "nowhere"], "RUN must be two or more folders, got ['nowhere']"),
    ],
)
def test_a_mistake_is_one_clear_line(arguments: list[str], message: str) -> None:
    result = rethink(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_runs_in_different_environments_are_not_compared(
    tmp_path: Path, model: str, run_folder: Path
) -> None:
    steps = tmp_path / "steps"
    few = ["--env", "MathSteps-v0", "--problems", "6", "--max-new-tokens", "2"]
    assert rethink("eval", "--model", model, *few, "--out", str(steps)).exit_code == 0
    result = rethink("compare", str(steps), str(run_folder))
    assert result.exit_code == 2
    assert "RUN must be from one environment, got ['MathSteps-v0', 'Math" in result.stderr


def test_a_finished_run_is_not_resumed(run_folder: Path) -> None:
    result = rethink("train", "--resume", str(run_folder))
    assert result.exit_code == 2
    assert "--resume must be an unfinished run" in result.stderr


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"learner": 3}'])
def test_a_foreign_config_is_one_clear_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    result = rethink("train", "--resume", str(tmp_path))
    assert result.exit_code == 2
    assert f"{tmp_path / 'config.json'} must" in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_help_of_train_lists_the_log_formats() -> None:
    output = "".join(rethink("train", "--help").output.split())
    assert "|".join(get_args(LogFormat)) in output
