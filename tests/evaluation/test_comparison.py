"""Comparison of runs."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from tests.evaluation.scripted import ByTurn, Rule, always, even, never

from rethink_gym.episode import save_episodes
from rethink_gym.errors import ArgumentError, DataError, DataNotFoundError
from rethink_gym.evaluation.comparison import (
    compare,
    compare_and_report,
    compare_exploration,
    load_evaluation,
    load_evaluations,
)
from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.json_file import write_json


def played(
    *rules: Rule, first: int = 0, samples: int = 1, env_id: str = "MathSelfCorrect-v0"
) -> Evaluation:
    problems = range(first, first + 40)
    return evaluate(ByTurn(*rules), env_id, problems=problems, samples=samples)


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return {"base": played(even, even), "same": played(even, even), "better": played(even, always)}


def test_others_are_compared_with_the_first(evaluations: dict[str, Evaluation]) -> None:
    comparisons = {each.name: each for each in compare(evaluations, margin=0.03)}
    row = comparisons["accuracy@t2"]
    same, better = row.differences
    assert same is not None
    assert (same.estimate, same.excludes_zero) == (0.0, False)
    assert better is not None
    assert better.excludes_zero
    gain = 1.0 - evaluations["base"].metrics.accuracies[1]
    assert better.estimate == pytest.approx(gain)
    assert [each is not None and each.is_equivalent for each in row.equivalences] == [True, False]


def test_without_a_margin_nothing_is_tested(evaluations: dict[str, Evaluation]) -> None:
    assert {test for each in compare(evaluations) for test in each.equivalences} == {None}


def test_other_problems_cannot_be_paired(evaluations: dict[str, Evaluation]) -> None:
    output = io.StringIO()
    other = {"base": evaluations["base"], "elsewhere": played(even, even, first=40)}
    comparisons = compare_and_report(other, margin=0.03, console=Console(file=output, width=100))
    assert {each.differences for each in comparisons} == {(None,)}
    assert {each.equivalences for each in comparisons} == {(None,)}
    assert "cannot be paired" in output.getvalue()


def test_runs_in_different_environments_are_refused() -> None:
    evaluations = {"a": played(even, even), "b": played(even, env_id="Math-v0")}
    for function in (compare, compare_exploration, compare_and_report):
        with pytest.raises(ArgumentError, match="'MathSelfCorrect-v0', 'Math-v0'"):
            function(evaluations)


@pytest.mark.parametrize("is_short_first", [True, False])
def test_a_metric_that_only_one_run_has_is_shown_with_a_dash(
    evaluations: dict[str, Evaluation], tmp_path: Path, is_short_first: bool
) -> None:
    output = io.StringIO()
    stop = {"stop_when_correct": True}
    short = evaluate(ByTurn(always), "MathSelfCorrect-v0", problems=40, env_kwargs=stop)
    runs = {"short": short, "long": evaluations["better"]}
    if not is_short_first:
        runs = dict(reversed(runs.items()))
    rows = compare_and_report(
        runs, folder=tmp_path / "out", console=Console(file=output, width=100)
    )
    missing = {row.name for row in rows if None in row.intervals}
    assert missing == {"accuracy@t2", "delta", "i_to_c", "c_to_i", "changed", "edit_ratio"}
    lines = [" ".join(line.split()) for line in output.getvalue().splitlines()]
    assert ("accuracy@t2 short -" if is_short_first else "short - -") in lines
    assert "Attempts in the longest episode: " in output.getvalue()
    assert "short 1" in output.getvalue()


def test_the_table_fits_80_columns_and_marks_what_is_equal(
    evaluations: dict[str, Evaluation], tmp_path: Path
) -> None:
    output = io.StringIO()
    folder = tmp_path / "side-by-side"
    compare_and_report(
        evaluations, margin=0.03, folder=folder, console=Console(file=output, width=80)
    )
    lines = [" ".join(line.split()) for line in output.getvalue().splitlines()]
    assert "minus base" in output.getvalue()
    assert any(line.startswith("same") and line.endswith("+0.0 [+0.0, +0.0] =") for line in lines)
    assert "…" not in output.getvalue()
    data = json.loads((folder / "comparison.json").read_text())
    assert data["runs"] == ["base", "same", "better"]
    assert data["metrics"][0]["equivalences"][0]["is_equivalent"] is True
    assert "better" in (folder / "report.html").read_text(encoding="utf-8")


def test_exploration_is_compared_if_there_are_several_samples(tmp_path: Path) -> None:
    output = io.StringIO()
    evaluations = {
        "base": played(even, even, samples=2),
        "better": played(even, always, samples=2),
        "worse": played(even, never, samples=2),
    }
    better, worse = compare_exploration(evaluations)
    even_fraction = evaluations["base"].metrics.accuracies[1]
    # No sample of the base is lost; the answers to all other problems are new.
    assert better.crossover is None
    assert better.support.retention == 1.0
    assert better.support.discovery == pytest.approx(1 - even_fraction)
    assert worse.crossover == 1
    assert worse.support.net_change == -1.0
    compare_and_report(evaluations, folder=tmp_path / "out", console=Console(file=output, width=80))
    lines = [" ".join(line.split()) for line in output.getvalue().splitlines()]
    assert "worse 1 0.0 - -100.0" in lines
    data = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert data["exploration"][1] == {
        "run": "worse",
        "crossover": 1,
        "support": {"retention": 0.0, "discovery": None, "balance": 0.0, "net_change": -1.0},
    }


def test_exploration_is_not_compared_for_single_samples_or_different_problems() -> None:
    several = played(even, even, samples=2)
    assert compare_exploration({"a": played(even, even), "b": played(even, even)}) == []
    assert compare_exploration({"a": several, "b": played(even, even, first=40, samples=2)}) == []
    assert compare_exploration({"a": several, "b": played(even, even, samples=3)}) == []


def save(folder: Path, evaluation: Evaluation, *, is_run: bool) -> Path:
    folder.mkdir()
    name = "episodes_trained.jsonl" if is_run else "episodes.jsonl"
    save_episodes(folder / name, evaluation.episodes)
    data = evaluation.to_dict()
    write_json(folder / "metrics.json", {"trained" if is_run else "model": data})
    return folder


@pytest.mark.parametrize("is_run", [True, False], ids=["run", "evaluation"])
def test_what_was_written_is_read_back(tmp_path: Path, is_run: bool) -> None:
    evaluation = played(never, always, samples=2)
    assert load_evaluation(save(tmp_path / "it", evaluation, is_run=is_run)) == evaluation


def test_folders_of_one_name_are_shown_by_their_paths(
    tmp_path: Path, evaluations: dict[str, Evaluation]
) -> None:
    folders = []
    for parent in ("first", "second"):
        (tmp_path / parent).mkdir()
        folders.append(save(tmp_path / parent / "run", evaluations["base"], is_run=True))
    assert list(load_evaluations(folders)) == [str(folder) for folder in folders]
    assert list(load_evaluations(folders[:1])) == ["run"]
    with pytest.raises(ArgumentError, match="folders must be different folders"):
        load_evaluations([folders[0], folders[0]])


def test_a_folder_without_an_evaluation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match="a finished run or an evaluation"):
        load_evaluation(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "must hold a JSON object, got a list"),
        ("{}", "must have the key 'trained'"),
        ('{"trained": 3}', "the key 'trained' must be an object, got 3"),
        ('{"trained": {}}', "must have the key 'trained.env_id'"),
        ('{"trained": ', "must be valid JSON"),
    ],
)
def test_metrics_that_cannot_be_read_are_named_with_file_and_key(
    tmp_path: Path, evaluations: dict[str, Evaluation], text: str, message: str
) -> None:
    folder = save(tmp_path / "run", evaluations["base"], is_run=True)
    (folder / "metrics.json").write_text(text)
    with pytest.raises(DataError, match=rf"metrics\.json:? {message}"):
        load_evaluation(folder)


def test_a_run_without_episodes_is_refused(
    tmp_path: Path, evaluations: dict[str, Evaluation]
) -> None:
    folder = save(tmp_path / "run", evaluations["base"], is_run=True)
    (folder / "episodes_trained.jsonl").write_text("")
    with pytest.raises(DataError, match="got 1 samples and 0 episodes"):
        load_evaluation(folder)


@pytest.mark.parametrize(("count", "margin"), [(1, None), (2, 0.0)])
def test_too_little_to_compare_is_refused(
    evaluations: dict[str, Evaluation], count: int, margin: float | None
) -> None:
    few = dict(list(evaluations.items())[:count])
    with pytest.raises(ArgumentError, match=r"evaluations must be two|margin must be"):
        compare(few, margin=margin)
