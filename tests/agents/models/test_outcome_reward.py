"""The outcome reward model: what a score depends on, its loss, saving and loading."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.agents.seven_env import episode
from tests.models import make_gpt2, make_qwen2, make_tokenizer

from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel, outcome_loss
from rethink_gym.agents.objectives.credit import step_prefixes
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.conversation import Conversation, Message, Role
from rethink_gym.errors import ArgumentError, DataNotFoundError
from rethink_gym.problem import Problem
from rethink_gym.verifiers.steps.verifier import StepVerifier


def score_prefixes(
    model: OutcomeRewardModel, prompt: str | Conversation, answer: str
) -> list[float]:
    """Score an answer after each of its steps."""
    conversation = (Message(Role.USER, prompt),) if isinstance(prompt, str) else prompt
    (scores,) = model.scores([conversation], [step_prefixes(answer)])
    return scores


PROBLEM = Problem("p", "Compute 1+1.", "2")
SOLUTION = "1+1=2\nso it is\nA: 2"


@pytest.fixture
def orm(policy: LanguageModel) -> OutcomeRewardModel:
    model = OutcomeRewardModel(policy.frozen_copy())
    with torch.no_grad():
        model.head.weight.normal_(generator=torch.Generator().manual_seed(0))
    return model


def test_a_new_model_scores_everything_one_half(policy: LanguageModel) -> None:
    assert score_prefixes(OutcomeRewardModel(policy), "Q", SOLUTION) == [0.5, 0.5, 0.5]


def test_the_score_of_a_prefix_does_not_depend_on_later_text(orm: OutcomeRewardModel) -> None:
    whole = score_prefixes(orm, "Q", SOLUTION)
    other_end = score_prefixes(orm, "Q", "1+1=2\nso it is\nA: 999")
    assert whole[:2] == pytest.approx(other_end[:2])
    assert abs(whole[2] - other_end[2]) > 1e-3
    alone = [score_prefixes(orm, "Q", prefix)[-1] for prefix in ("1+1=2", "1+1=2\nso it is")]
    assert whole[:2] == pytest.approx(alone)


def test_a_score_does_not_depend_on_the_rest_of_its_batch(orm: OutcomeRewardModel) -> None:
    answers = [SOLUTION, "A: 2", "1\n2\n3\n4\n5\n6"]
    chat = (Message(Role.USER, "Q"),)
    together = orm.scores([chat] * 3, [step_prefixes(answer) for answer in answers])
    for answer, scores in zip(answers, together, strict=True):
        assert scores == pytest.approx(score_prefixes(orm, "Q", answer), abs=1e-6)
    in_parts = orm.scores([chat] * 3, [step_prefixes(a) for a in answers], max_tokens=1)
    assert [len(scores) for scores in in_parts] == [3, 1, 6]
    assert in_parts[0] == pytest.approx(together[0], abs=1e-6)


def test_it_scores_the_steps_of_a_verifier(orm: OutcomeRewardModel) -> None:
    verdict = StepVerifier(prefix_scorer=orm).verify(SOLUTION, PROBLEM)
    expected = score_prefixes(orm, PROBLEM.prompt, SOLUTION)
    assert [step.score for step in verdict.steps] == pytest.approx(expected)
    assert verdict.correct


def test_prefixes_of_different_solutions_are_refused(orm: OutcomeRewardModel) -> None:
    with pytest.raises(ArgumentError, match="prefixes must be prefixes of one solution"):
        orm(PROBLEM, ["a", "b"])
    assert orm(PROBLEM, []) == []


def test_a_prefix_longer_than_the_context_is_scored_by_the_part_that_fits(
    orm: OutcomeRewardModel,
) -> None:
    scores = score_prefixes(orm, "Q", "1\n" * 300)
    assert len(scores) == 300
    assert len(set(scores[-100:])) == 1


@pytest.mark.parametrize("answer", ["", " ", "\n\n"])
def test_an_empty_answer_has_one_score(orm: OutcomeRewardModel, answer: str) -> None:
    (score,) = score_prefixes(orm, "Q", answer)
    assert 0 <= score <= 1


def test_episodes_are_scored_by_their_last_answers(orm: OutcomeRewardModel) -> None:
    episodes = [episode("Q", "A: 1", SOLUTION, correct=(False, True)), episode("Q", "A: 2")]
    first, second = episodes
    expected = [
        score_prefixes(orm, first.conversation[:3], SOLUTION)[-1],
        score_prefixes(orm, "Q", "A: 2")[-1],
    ]
    assert orm.score_episodes(episodes) == pytest.approx(expected, abs=1e-6)
    assert len(second.turns) == 1


def test_the_loss_is_the_binary_cross_entropy_of_every_prefix() -> None:
    logits = torch.tensor([0.0, math.log(3), -math.log(3)])
    loss = outcome_loss(logits, torch.tensor([1.0, 1.0, 1.0]))
    assert loss.item() == pytest.approx(-(math.log(0.5) + math.log(0.75) + math.log(0.25)) / 3)
    with pytest.raises(ArgumentError, match=r"is_correct must be of shape \(3,\)"):
        outcome_loss(logits, torch.tensor([1.0]))


@pytest.mark.parametrize("make_model", [make_qwen2, make_gpt2])
def test_a_saved_model_scores_the_same(make_model: Any, tmp_path: Path) -> None:
    tokenizer = make_tokenizer()
    model = OutcomeRewardModel(LanguageModel(make_model(len(tokenizer)), tokenizer))
    with torch.no_grad():
        model.head.weight.normal_()
    model.save_pretrained(tmp_path)
    loaded = OutcomeRewardModel.from_pretrained(tmp_path)
    assert score_prefixes(loaded, "Q", SOLUTION) == score_prefixes(model, "Q", SOLUTION)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match="rethink train orm"):
        OutcomeRewardModel.from_pretrained(tmp_path)
