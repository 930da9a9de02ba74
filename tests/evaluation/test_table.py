"""Tables of metrics in a terminal."""

import io

import pytest
from rich.console import Console
from tests.evaluation.scripted import ByTurn, always, even, never

from rethink_gym.errors import ArgumentError
from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.table import metric_rows, metric_table


def played(policy: ByTurn, first_problem: int = 0) -> Evaluation:
    problems = range(first_problem, first_problem + 30)
    return evaluate(policy, "MathSelfCorrect-v0", problems=problems)


def printed(evaluations: dict[str, Evaluation], *, encoding: str = "utf-8", width: int = 80) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    console = Console(file=stream, width=width, force_terminal=False)
    console.print(metric_table(evaluations, ascii_only=encoding == "ascii"))
    stream.flush()
    stream.seek(0)
    return stream.read()


def test_the_table_shows_both_policies_and_the_change() -> None:
    text = printed({"base": played(ByTurn(never, never)), "trained": played(ByTurn(never, always))})
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "accuracy@t2 0.0 [0.0, 11.4] 100 [88.6, 100] +100 [+100, +100]" in lines
    assert "Δ +0.0 [+0.0, +0.0] +100 [+100, +100] +100 [+100, +100]" in lines


def test_the_widest_figures_fit_a_terminal_of_80_columns() -> None:
    text = printed({"base": played(ByTurn(even, even)), "trained": played(ByTurn(even, always))})
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_terminal_without_unicode_gets_plain_signs() -> None:
    text = printed({"base": played(ByTurn(even, always))}, encoding="ascii")
    assert "i->c" in text
    assert "delta" in text


def test_names_with_brackets_are_shown_as_they_are() -> None:
    assert "[red]run" in printed({"[red]run": played(ByTurn(even, even))})


@pytest.mark.parametrize("names", [("short", "long"), ("long", "short")])
def test_a_metric_that_only_one_policy_has_is_a_row_with_a_dash(names: tuple[str, str]) -> None:
    known = {
        "long": played(ByTurn(even, always)),
        "short": evaluate(
            ByTurn(always),
            "MathSelfCorrect-v0",
            problems=30,
            env_kwargs={"stop_when_correct": True},
        ),
    }
    lines = printed({name: known[name] for name in names}).splitlines()
    row = next(line.split() for line in lines if "accuracy@t2" in line)
    assert row.count("-") == 2


def test_metrics_of_several_policies_are_in_the_order_of_their_groups() -> None:
    sampled = evaluate(ByTurn(even, even), "MathSelfCorrect-v0", problems=4, samples=2)
    names = [row.name for row in metric_rows({"a": sampled, "b": played(ByTurn(even, always))})]
    assert names[:2] == ["accuracy@t1", "accuracy@t2"]
    assert names.index("edit_ratio") < names.index("pass@2") < names.index("answer_entropy")
    assert len(set(names)) == len(names)


def test_differences_need_the_same_problems() -> None:
    same = {"base": played(ByTurn(even, even)), "trained": played(ByTurn(even, always))}
    other = {**same, "trained": played(ByTurn(even, always), first_problem=1)}
    assert all(row.difference is not None for row in metric_rows(same))
    assert all(row.difference is None for row in metric_rows(other))
    assert "change" not in printed(other).splitlines()[1]


def test_a_table_of_nothing_is_refused() -> None:
    with pytest.raises(ArgumentError, match="evaluations must be one or more"):
        metric_table({})
