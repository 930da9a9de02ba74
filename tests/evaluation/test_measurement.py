"""Evaluation of one model, written to a folder."""

import io
import json
import sys
from pathlib import Path

import pytest
from rich.console import Console
from tests.evaluation.scripted import save_model

from rethink_gym.episode import load_episodes
from rethink_gym.errors import ArgumentError
from rethink_gym.evaluation.comparison import load_evaluation
from rethink_gym.evaluation.evaluate import evaluate
from rethink_gym.evaluation.measurement import add_diversity, evaluate_and_report, find_model

ENV = "MathSelfCorrect-v0"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_model(tmp_path_factory.mktemp("model")))


def test_an_evaluation_is_written_in_full(tmp_path: Path, model: str) -> None:
    folder = tmp_path / "eval"
    evaluation = evaluate_and_report(
        model, env_id=ENV, folder=folder, num_problems=6, max_new_tokens=3, num_envs=4
    )
    assert tuple(load_episodes(folder / "episodes.jsonl")) == evaluation.episodes
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["config"]["max_new_tokens"] == 3
    assert metrics["model"]["metrics"]["num_problems"] == 6
    assert max(len(turn.completion.token_ids) for e in evaluation.episodes for turn in e.turns) <= 3
    with pytest.raises(ArgumentError, match="folder must be a new or empty folder"):
        evaluate_and_report(model, env_id=ENV, folder=folder, num_problems=6)


def test_sampling_follows_the_seed(model: str) -> None:
    def generated(seed: int) -> list[str]:
        evaluation = evaluate_and_report(
            model, env_id=ENV, num_problems=3, temperature=1.0, max_new_tokens=8, seed=seed
        )
        return [turn.completion.text for episode in evaluation.episodes for turn in episode.turns]

    assert generated(1) == generated(1) != generated(2)


def test_the_diversity_of_samples_is_measured_and_stored(tmp_path: Path, model: str) -> None:
    folder, output = tmp_path / "eval", io.StringIO()
    evaluation = evaluate_and_report(
        model,
        env_id=ENV,
        folder=folder,
        num_problems=3,
        samples=2,
        temperature=1.0,
        max_new_tokens=4,
        console=Console(file=output, width=80),
    )
    for label in ("effective answers", "distinct-1", "distinct-2", "Self-BLEU"):
        assert label in output.getvalue()
    assert load_evaluation(folder).intervals == evaluation.intervals


@pytest.mark.parametrize(
    ("answers", "self_bleu", "distinct_1"),
    [
        (("A: 7", "A: 7"), 1.0, 0.5),  # short and equal
        (("A: 7", "B: 8"), 0.0, 1.0),  # short, without a common word
        (("", ""), 1.0, 0.0),
    ],
)
def test_short_answers_are_as_diverse_as_they_look(
    answers: tuple[str, str], self_bleu: float, distinct_1: float
) -> None:
    given = iter(answers)
    evaluation = evaluate(lambda message: next(given), "Math-v0", problems=1, samples=2, num_envs=1)
    intervals = add_diversity(evaluation).intervals
    assert intervals["self_bleu"].estimate == pytest.approx(self_bleu)
    assert intervals["distinct_1"].estimate == pytest.approx(distinct_1)


def test_without_the_extra_an_evaluation_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sacrebleu", "sacrebleu.metrics", "sacrebleu.metrics.bleu"):
        monkeypatch.setitem(sys.modules, name, None)
    output = io.StringIO()
    evaluation = evaluate(lambda message: "A: 1", "Math-v0", problems=1, samples=2)
    assert add_diversity(evaluation, Console(file=output, width=200)) == evaluation
    assert 'pip install "rethink-gym[graders]"' in output.getvalue()


@pytest.mark.parametrize(
    ("made", "named", "found"),
    [
        ("run/checkpoint/policy", "run", "run/checkpoint/policy"),
        ("checkpoint/policy", "checkpoint", "checkpoint/policy"),
        ("plain", "plain", "plain"),
    ],
)
def test_a_model_is_found_in_the_folder_of_a_run(
    tmp_path: Path, made: str, named: str, found: str
) -> None:
    (tmp_path / made).mkdir(parents=True)
    assert find_model(str(tmp_path / named)) == str(tmp_path / found)


def test_a_name_that_is_not_a_folder_is_not_changed() -> None:
    assert find_model("tiny") == "tiny"
