"""A whole run, from the base to the report."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from tests.evaluation.scripted import Learner, LearnerConfig, save_model

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.episode import load_episodes
from rethink_gym.errors import ArgumentError, ModelError
from rethink_gym.evaluation.run import Run, train_and_report

ENV = "MathSelfCorrect-v0"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_model(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, model: str) -> tuple[Run, str]:
    """A run that ended, and what it said."""
    said = io.StringIO()
    run = train_and_report(
        Learner,
        env_id=ENV,
        model=model,
        folder=tmp_path_factory.mktemp("runs") / "first",
        config=LearnerConfig(note="so be it"),
        num_eval_problems=20,
        seed=3,
        console=Console(file=said, width=80),
    )
    return run, said.getvalue()


def test_the_base_is_measured_before_it_learns(finished: tuple[Run, str]) -> None:
    run, _ = finished
    assert run.base.metrics.delta == 0.0
    assert run.trained.metrics.accuracies[1] == 1.0
    assert run.base.metrics.accuracies[0] == run.trained.metrics.accuracies[0]


def test_both_play_the_same_held_out_problems(finished: tuple[Run, str]) -> None:
    run, _ = finished
    ids = [[episode.problem_id for episode in e.episodes] for e in (run.base, run.trained)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 20
    assert all("/test/" in problem_id for problem_id in ids[0])


def test_the_run_folder_holds_all_of_it(finished: tuple[Run, str]) -> None:
    run, _ = finished
    settings = json.loads((run.folder / "config.json").read_text())
    assert settings["algorithm"] == "by_script"
    assert settings["config"]["note"] == "so be it"
    assert (settings["seed"], settings["total_episodes"]) == (3, 12)
    assert "torch" in settings["versions"]
    metrics = json.loads((run.folder / "metrics.json").read_text())
    assert metrics["base"]["metrics"] == json.loads(json.dumps(run.base.metrics.to_dict()))
    assert metrics["change"]["accuracy@t2"]["estimate"] == pytest.approx(
        run.trained.metrics.accuracies[1] - run.base.metrics.accuracies[1]
    )
    for label, evaluation in {"base": run.base, "trained": run.trained}.items():
        saved = tuple(load_episodes(run.folder / f"episodes_{label}.jsonl"))
        assert saved == evaluation.episodes
    assert len((run.folder / "progress.json").read_text().splitlines()) == 3
    plots = sorted(path.name for path in (run.folder / "plots").iterdir())
    assert plots == ["metrics.svg", "training.svg", "transitions.svg"]
    assert "so be it" in (run.folder / "report.html").read_text(encoding="utf-8")
    LanguageModel.from_pretrained(run.folder / "checkpoint" / "policy")


def test_the_table_is_printed(finished: tuple[Run, str]) -> None:
    _, said = finished
    assert "by_script on MathSelfCorrect-v0: 20 problems, per cent [95 % interval]" in said
    assert "accuracy@t2" in said


def test_a_second_run_never_overwrites_the_first(finished: tuple[Run, str], model: str) -> None:
    run, _ = finished
    before = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    with pytest.raises(ArgumentError, match="A run never overwrites another one"):
        train_and_report(Learner, env_id=ENV, model=model, folder=run.folder)
    assert before == {p: p.read_bytes() for p in run.folder.rglob("*") if p.is_file()}


def test_what_cannot_run_leaves_no_folder(tmp_path: Path, model: str) -> None:
    folder = tmp_path / "run"
    with pytest.raises(ModelError):
        train_and_report(Learner, env_id=ENV, model=str(tmp_path / "none"), folder=folder)
    with pytest.raises(ArgumentError, match="num_eval_problems must be"):
        train_and_report(Learner, env_id=ENV, model=model, folder=folder, num_eval_problems=0)
    with pytest.raises(ArgumentError, match="split must be one of"):
        train_and_report(Learner, env_id=ENV, model=model, folder=folder, eval_split="tset")
    with pytest.raises(ArgumentError, match="config must be a LearnerConfig"):
        train_and_report(Learner, env_id=ENV, model=model, folder=folder, config="fast")
    assert not folder.exists()


def test_a_single_turn_is_trained_and_reported_too(tmp_path: Path, model: str) -> None:
    folder = tmp_path / "run"
    run = train_and_report(
        Learner, env_id="Math-v0", model=model, folder=folder, num_eval_problems=5
    )
    assert run.trained.metrics.to_scalars().keys() == {"accuracy@t1"}
    assert not (folder / "plots" / "transitions.svg").exists()
