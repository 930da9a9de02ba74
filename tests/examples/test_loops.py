"""The loops over public parts run, and start as the learners of the same name do."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from rethink_gym import agents

EXAMPLES = Path(__file__).parents[2] / "examples"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SIZE: dict[str, Any] = {"problems_per_update": 2, "samples_per_problem": 4, "max_new_tokens": 24}


def test_the_loop_of_grpo_samples_what_the_learner_samples(
    capsys: pytest.CaptureFixture[str],
) -> None:
    curve = load("rl_loop").train(updates=2, seed=3, **SIZE)
    policy = agents.LanguageModel.from_pretrained("tiny", seed=3)
    learner = agents.GRPO(policy, "MathSelfCorrect-v0", agents.GRPOConfig(**SIZE), seed=3)
    episodes = learner.collect()
    assert curve[0] == pytest.approx(sum(e.total_reward for e in episodes) / len(episodes))
    assert len(curve) == 2
    assert capsys.readouterr().out.count("update") == 2


def test_the_loop_of_score_goes_through_both_stages(capsys: pytest.CaptureFixture[str]) -> None:
    curve = load("score_loop").train(updates=2, stage_one_frac=0.5, seed=3, **SIZE)
    policy = agents.LanguageModel.from_pretrained("tiny", seed=3)
    learner = agents.SCoRe(policy, "MathSelfCorrect-v0", agents.SCoReConfig(**SIZE), seed=3)
    episodes = learner.collect()
    correct = [sum(e.turns[turn].reward for e in episodes) / len(episodes) for turn in (0, 1)]
    assert curve[0] == pytest.approx(correct)
    printed = capsys.readouterr().out
    assert "stage 1" in printed
    assert "stage 2" in printed


@pytest.mark.parametrize("name", ["rl_loop", "score_loop"])
def test_a_loop_fits_on_a_page_or_two(name: str) -> None:
    assert len((EXAMPLES / f"{name}.py").read_text().splitlines()) <= 150
