"""The HTML report."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from tests.evaluation.scripted import ByTurn, always, even

from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.report import Report, write_report
from rethink_gym.evaluation.result import Run, format_duration, write_results
from rethink_gym.evaluation.run_config import RunConfig, RunOptions

HOSTILE = "</pre><script>alert('x')</script><img src=http://example.com/x> {{ 7*7 }} \ud800"


class Page(HTMLParser):
    """Collects what a browser would make of a page."""

    VOID = frozenset({"meta", "img", "source"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [v or "" for name, v in attrs if name in {"src", "srcset", "href"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def written(tmp_path: Path, report: Report) -> str:
    write_report(tmp_path / "report.html", report)
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def played(policy: ByTurn, env_id: str = "MathSelfCorrect-v0") -> Evaluation:
    return evaluate(policy, env_id, problems=20)


@pytest.fixture(scope="module")
def comparison() -> Report:
    return Report(
        title="<b>hostile</b> title",
        subtitle="a test",
        evaluations={
            "base": played(ByTurn(even, even)),
            "trained": played(ByTurn(even, always, note=HOSTILE)),
        },
        progress={"train/reward": np.linspace(0, 1, 5)},
        settings={"config": {"alpha": 10.0, "name": "<i>"}, "model": "tiny"},
    )


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory, comparison: Report) -> str:
    return written(tmp_path_factory.mktemp("report"), comparison)


def test_the_page_holds_all_of_a_report(html: str) -> None:
    page = Page(html)
    assert page.open == []
    assert not {"script", "link", "iframe", "object", "i"} & set(page.tags)
    assert len(page.addresses) == 2 * page.tags.count("img") == 8
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.addresses)
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_generated_text_is_shown_and_never_run(html: str) -> None:
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in html
    assert "{{ 7*7 }}" in html
    assert "&lt;b&gt;hostile&lt;/b&gt; title" in html


def test_a_report_shows_numbers_intervals_settings_and_verdicts(
    html: str, comparison: Report
) -> None:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    metrics = comparison.evaluations["base"].metrics
    t1 = f"{100 * metrics.accuracies[0]:.1f}"
    assert f"accuracy@t2 100.0 % {t1} % before" in text
    assert "100.0 [83.9, 100.0]" in text
    assert "&#34;alpha&#34;: 10.0" in text
    assert "✓ correct" in text
    assert "✗ incorrect" in text
    assert "trained, turn 2 equal 20" in text


def test_one_policy_alone_makes_a_report_too(tmp_path: Path) -> None:
    report = Report(title="t", subtitle="s", evaluations={"only": played(ByTurn(even), "Math-v0")})
    html = written(tmp_path, report)
    assert Page(html).tags.count("img") == 1
    assert "change</th>" not in html
    assert "A dash marks" not in html


def one_turn() -> Evaluation:
    """An evaluation in which every episode ends at the first turn."""
    return evaluate(
        ByTurn(always), "MathSelfCorrect-v0", problems=20, env_kwargs={"stop_when_correct": True}
    )


@pytest.mark.parametrize("names", [("short", "long"), ("long", "short"), ("short", "long", "next")])
def test_policies_with_different_numbers_of_turns_make_a_report(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    known = {"short": one_turn(), "long": played(ByTurn(even, always))}
    known["next"] = known["long"]
    report = Report(title="t", subtitle="s", evaluations={name: known[name] for name in names})
    html = written(tmp_path, report)
    headlines, _, table = html.partition("<h2>Metrics</h2>")
    assert "accuracy@t1" in headlines
    assert "accuracy@t2" not in headlines, "only one of them has it"
    assert "accuracy@t2<small>" in table
    assert "<td>\N{EN DASH}</td>" in table
    assert "A dash marks a metric that a policy does not have" in table


@pytest.mark.parametrize("is_trained", [False, True])
def test_results_of_a_run_are_written_if_only_one_evaluation_has_a_second_turn(
    tmp_path: Path, is_trained: bool
) -> None:
    both = [played(ByTurn(even, always)), one_turn()]
    base, trained = both if is_trained else reversed(both)
    (tmp_path / "progress.csv").write_text("train/reward\n0.5\n")
    write_results(Run(folder=tmp_path, base=base, trained=trained, training_s=12.0), run_config())
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["change"]["accuracy@t2"] is None
    assert (tmp_path / "plots" / "transitions.svg").is_file()
    assert "in 12 seconds" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.04, "0.0 seconds"),
        (1.34, "1.3 seconds"),
        (42.4, "42 seconds"),
        (119.0, "119 seconds"),
        (120.0, "2.0 minutes"),
        (5400.0, "90.0 minutes"),
        (7200.0, "2.0 hours"),
    ],
)
def test_durations_are_shown_in_a_unit_that_fits(seconds: float, shown: str) -> None:
    assert format_duration(seconds) == shown


def run_config() -> RunConfig:
    return RunConfig(
        algorithm="score",
        learner="score",
        env_id="MathSelfCorrect-v0",
        env_kwargs={},
        model="tiny",
        lora_rank=None,
        device="cpu",
        seed=0,
        total_episodes=256,
        eval_split="test",
        num_eval_problems=20,
        options=RunOptions(),
        config={},
    )
