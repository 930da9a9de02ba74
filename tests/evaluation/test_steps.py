"""Evaluations in which the turns of an episode are the steps of one attempt."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.evaluation.scripted import ByTurn, Learner, Rule, always, even, never, save_model

from rethink_gym.conversation import Completion, Conversation
from rethink_gym.evaluation.comparison import compare_and_report
from rethink_gym.evaluation.console import print_metrics
from rethink_gym.evaluation.evaluate import Evaluation, evaluate, evaluation_from_dict
from rethink_gym.evaluation.report import Report, write_report
from rethink_gym.evaluation.run import resume_and_report, train_and_report


class AfterSteps:
    """Writes some steps, and then the correct answer exactly when the rule accepts it."""

    def __init__(self, rule: Rule, num_steps: int) -> None:
        self._num_steps = num_steps
        self._policy = ByTurn(*[rule] * (num_steps + 1))

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        answers = self._policy.act(conversations)
        return [
            answer if len(conversation) > 2 * self._num_steps else Completion("1+1=2")
            for answer, conversation in zip(answers, conversations, strict=True)
        ]


def played(rule: Rule, num_steps: int, *, samples: int = 1) -> Evaluation:
    return evaluate(AfterSteps(rule, num_steps), "MathSteps-v0", problems=20, samples=samples)


@pytest.mark.parametrize("samples", [1, 2])
@pytest.mark.parametrize("num_steps", [0, 2])
def test_steps_have_one_accuracy_however_many_there_are(num_steps: int, samples: int) -> None:
    evaluation = played(even, num_steps, samples=samples)
    names = list(evaluation.intervals)
    assert names[0] == "solved"
    assert not {"delta", "accuracy@t1", "i_to_c"} & set(names)
    solved = evaluation.intervals["solved"].estimate
    assert solved == evaluation.metrics.accuracies[-1]
    assert 0 < solved < 1
    assert ("pass@2" in names) == (samples == 2)


def test_other_environments_keep_the_metrics_of_their_turns() -> None:
    evaluation = evaluate(ByTurn(even, always), "MathSelfCorrect-v0", problems=4)
    assert not evaluation.is_stepwise
    assert "solved" not in evaluation.intervals


def test_that_turns_are_steps_is_stored() -> None:
    evaluation = played(even, 1)
    data = json.loads(json.dumps(evaluation.to_dict()))
    assert evaluation_from_dict(data, evaluation.episodes) == evaluation


@pytest.mark.parametrize("samples", [1, 2])
def test_tables_and_reports_show_the_fraction_that_was_solved(tmp_path: Path, samples: int) -> None:
    output = io.StringIO()
    console = Console(file=output, width=100)
    evaluations = {
        "base": played(never, 0, samples=samples),
        "trained": played(always, 2, samples=samples),
    }
    print_metrics(console, evaluations, title="steps")
    assert "solved" in output.getvalue()
    compare_and_report(evaluations, console=console)
    assert "@t" not in output.getvalue()
    assert "Attempts" not in output.getvalue()
    write_report(tmp_path / "r.html", Report(title="t", subtitle="s", evaluations=evaluations))
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    headlines, _, rest = html.partition("<h2>Metrics</h2>")
    assert "solved" in headlines
    assert "From the first to the last answer" not in rest


def test_a_run_in_steps_is_resumed_with_the_same_metrics(tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"model": str(save_model(tmp_path / "model")), "seed": 3}
    run = train_and_report(
        Learner, env_id="MathSteps-v0", folder=tmp_path / "run", num_eval_problems=4, **arguments
    )
    (tmp_path / "run" / "report.html").unlink()
    resumed = resume_and_report(Learner, tmp_path / "run")
    assert resumed.base == run.base
    assert list(resumed.base.intervals) == ["solved"]
