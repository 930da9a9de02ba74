"""A whole run, from the base to the report."""

import io
import json
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from rich.console import Console
from tests.evaluation.scripted import Learner, LearnerConfig, save_model

from rethink_gym.agents.algorithms.score import SCoRe, SCoReConfig
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.episode import Episode, load_episodes
from rethink_gym.errors import ArgumentError, DataError, DataNotFoundError, ModelError
from rethink_gym.evaluation.log import load_progress
from rethink_gym.evaluation.result import Run
from rethink_gym.evaluation.run import resume_and_report, train_and_report
from rethink_gym.evaluation.run_config import RunConfig, RunOptions

ENV = "MathSelfCorrect-v0"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_model(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, model: str) -> tuple[Run, str]:
    """A finished run, and its output."""
    output = io.StringIO()
    run = train_and_report(
        Learner,
        env_id=ENV,
        model=model,
        folder=tmp_path_factory.mktemp("runs") / "first",
        config=LearnerConfig(note="so be it"),
        num_eval_problems=20,
        seed=3,
        console=Console(file=output, width=80),
    )
    return run, output.getvalue()


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
    config = RunConfig.load(run.folder)
    assert config.algorithm == "by_script"
    assert config.config["note"] == "so be it"
    assert (config.seed, config.total_episodes) == (3, 12)
    assert config.device == "cpu"
    assert "torch" in config.versions
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
    assert plots == ["edits.svg", "metrics.svg", "training.svg", "transitions.svg"]
    assert "so be it" in (run.folder / "report.html").read_text(encoding="utf-8")
    LanguageModel.from_pretrained(run.folder / "checkpoint" / "policy")


def test_the_table_is_printed(finished: tuple[Run, str]) -> None:
    _, output = finished
    assert "by_script on MathSelfCorrect-v0: 20 problems, percent [95 % interval]" in output
    assert "accuracy@t2" in output


def test_a_second_run_never_overwrites_the_first(finished: tuple[Run, str], model: str) -> None:
    run, _ = finished
    before = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    with pytest.raises(ArgumentError, match="A run never overwrites another one"):
        train_and_report(Learner, env_id=ENV, model=model, folder=run.folder)
    assert before == {p: p.read_bytes() for p in run.folder.rglob("*") if p.is_file()}


def test_a_run_that_cannot_start_leaves_no_folder(tmp_path: Path, model: str) -> None:
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


SMALL: dict[str, Any] = {
    "problems_per_update": 2,
    "samples_per_problem": 2,
    "max_new_tokens": 3,
    "learning_rate": 1e-2,
}
OPTIONS = RunOptions(validate_every=2, num_validation_problems=4, checkpoint_every=2)


class Interrupted(SCoRe):
    """SCoRe that is interrupted by Ctrl-C in its third update, once."""

    is_to_come: ClassVar = True

    def collect(self) -> list[Episode]:
        if self.num_updates == 2 and Interrupted.is_to_come:
            Interrupted.is_to_come = False
            signal.raise_signal(signal.SIGINT)
        return super().collect()


class Killed(SCoRe):
    """SCoRe that dies in its fourth update, once, with the log of the third one written."""

    is_to_come: ClassVar = True

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        if self.num_updates == 3 and Killed.is_to_come:
            Killed.is_to_come = False
            raise SystemExit
        return super().update(episodes)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, model: str) -> Run:
    """A run of SCoRe that was not disturbed."""
    return run_score(SCoRe, tmp_path_factory.mktemp("whole") / "run", model)


def run_score(score_class: type[SCoRe], folder: Path, model: str, **changes: Any) -> Run:
    return train_and_report(
        score_class,
        env_id=ENV,
        model=model,
        folder=folder,
        config=SCoReConfig(**SMALL),
        total_episodes=20,
        num_eval_problems=4,
        options=OPTIONS,
        **changes,
    )


@pytest.mark.parametrize(
    ("score_class", "ending"), [(Interrupted, KeyboardInterrupt), (Killed, SystemExit)]
)
def test_a_disturbed_run_ends_as_an_undisturbed_one(
    score_class: type[Any],
    ending: type[BaseException],
    tmp_path: Path,
    model: str,
    whole: Run,
) -> None:
    score_class.is_to_come = True
    folder, output = tmp_path / "run", io.StringIO()
    with pytest.raises(ending):
        run_score(score_class, folder, model, console=Console(file=output, width=200))
    is_clean = ending is KeyboardInterrupt
    assert (f"Resume with: rethink train --resume {folder}" in output.getvalue()) is is_clean
    assert not (folder / "report.html").exists()
    resumed = resume_and_report(score_class, folder)
    assert resumed.trained.episodes == whole.trained.episodes
    assert resumed.base.episodes == whole.base.episodes
    for name in ("progress.json", "checkpoint/policy/model.safetensors"):
        assert (folder / name).read_bytes() == (whole.folder / name).read_bytes()
    rows = [sorted(load_progress(path / "progress.csv")) for path in (folder, whole.folder)]
    assert rows[0] == rows[1]
    assert (folder / "report.html").exists()


def test_a_finished_run_is_not_resumed(whole: Run) -> None:
    with pytest.raises(ArgumentError, match="folder must be an unfinished run"):
        resume_and_report(SCoRe, whole.folder)


def test_a_folder_without_a_run_is_not_resumed(tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match=r"a run with a config\.json"):
        resume_and_report(SCoRe, tmp_path)


def test_training_is_not_repeated_if_only_the_measurement_is_missing(
    tmp_path: Path, model: str, whole: Run
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(whole.folder, folder)
    for left_over in ("report.html", "metrics.json", "episodes_trained.jsonl"):
        (folder / left_over).unlink()
    log = (folder / "progress.json").read_bytes()
    resumed = resume_and_report(SCoRe, folder)
    assert resumed.trained.episodes == whole.trained.episodes
    assert resumed.training_s == whole.training_s
    assert (folder / "progress.json").read_bytes() == log


def test_a_run_without_a_checkpoint_has_to_be_started_again(tmp_path: Path, whole: Run) -> None:
    shutil.copy(whole.folder / "config.json", tmp_path)
    with pytest.raises(DataNotFoundError, match="delete the folder and start it again"):
        resume_and_report(SCoRe, tmp_path)


@pytest.mark.parametrize("text", ["{}", "[]"])
def test_a_run_with_a_foreign_config_is_not_resumed(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(DataError, match=r"config\.json must"):
        resume_and_report(SCoRe, tmp_path)


def test_a_single_turn_is_trained_and_reported_too(tmp_path: Path, model: str) -> None:
    folder = tmp_path / "run"
    run = train_and_report(
        Learner, env_id="Math-v0", model=model, folder=folder, num_eval_problems=5
    )
    assert run.trained.metrics.to_scalars().keys() == {"accuracy@t1"}
    assert not (folder / "plots" / "transitions.svg").exists()
