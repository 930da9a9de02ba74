import math
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from tests.agents.digit_env import make_policy
from tests.agents.imitating import episode, make_seven_env, weights_of
from tests.models import make_gpt2, make_qwen2, make_tokenizer

from rethink_gym.agents.algorithms.orm import ORM, ORMConfig
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


def test_a_fresh_model_says_one_half_of_everything(policy: LanguageModel) -> None:
    assert score_prefixes(OutcomeRewardModel(policy), "Q", SOLUTION) == [0.5, 0.5, 0.5]


def test_a_prefix_is_scored_by_what_stands_in_it_alone(orm: OutcomeRewardModel) -> None:
    whole = score_prefixes(orm, "Q", SOLUTION)
    other_end = score_prefixes(orm, "Q", "1+1=2\nso it is\nA: 999")
    assert whole[:2] == pytest.approx(other_end[:2])
    assert abs(whole[2] - other_end[2]) > 1e-3
    alone = [score_prefixes(orm, "Q", prefix)[-1] for prefix in ("1+1=2", "1+1=2\nso it is")]
    assert whole[:2] == pytest.approx(alone)


def test_a_score_does_not_depend_on_its_neighbours(orm: OutcomeRewardModel) -> None:
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


def test_what_exceeds_the_context_is_judged_by_what_fits(orm: OutcomeRewardModel) -> None:
    scores = score_prefixes(orm, "Q", "1\n" * 300)
    assert len(scores) == 300
    assert len(set(scores[-100:])) == 1


@pytest.mark.parametrize("answer", ["", " ", "\n\n"])
def test_an_empty_answer_has_one_score(orm: OutcomeRewardModel, answer: str) -> None:
    (score,) = score_prefixes(orm, "Q", answer)
    assert 0 <= score <= 1


def test_episodes_are_scored_by_their_last_answers(orm: OutcomeRewardModel) -> None:
    episodes = [episode("Q", "A: 1", SOLUTION, right=(False, True)), episode("Q", "A: 2")]
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


CONFIG = ORMConfig(
    problems_per_update=4,
    samples_per_problem=4,
    batch_size=8,
    max_new_tokens=1,
    learning_rate=1e-2,
    num_candidates=16,
)


def test_every_prefix_gets_the_label_of_its_answer(policy: LanguageModel) -> None:
    samples = [episode("p", f"1\n{n % 2}", right=(n % 2 == 1,)) for n in range(8)]
    learner = ORM(policy, make_seven_env(), CONFIG)
    for _ in range(40):
        numbers = learner.update(samples)
    assert numbers["outcome_accuracy"] == 1.0
    first, last = score_prefixes(learner.model, "p", "1\n1")
    assert last > 0.9
    assert 0.3 < first < 0.7  # half of what begins so ends well
    assert score_prefixes(learner.model, "p", "1\n0")[1] < 0.1


def sums(random: Random, wrong: int) -> str:
    """Write two sums, the one of this number wrong; both right for any other number."""
    lines = []
    for number in range(2):
        one, other = random.randint(1, 3), random.randint(1, 3)
        values = [value for value in range(2, 7) if (value == one + other) is (number != wrong)]
        lines.append(f"{one}+{other}={random.choice(values)}")
    return "\n".join(lines)


@pytest.mark.slow
def test_an_error_in_a_step_is_found_in_answers_that_were_never_seen() -> None:
    # For a hundred steps nothing is learned: first what is right must be told from what
    # is wrong.
    random = Random(0)
    config = ORMConfig(learning_rate=1e-3, learning_rate_schedule="constant")
    learner = ORM(make_policy(), make_seven_env(), config)
    for _ in range(48):
        wrong = [random.choice((0, 1, 2, 2)) for _ in range(256)]
        learner.update([episode("Q", sums(random, n), right=(n == 2,)) for n in wrong])
    scores = {
        n: torch.tensor([score_prefixes(learner.model, "Q", sums(random, n)) for _ in range(100)])
        for n in (0, 1, 2)
    }
    wholes_wrong = torch.cat((scores[0][:, 1], scores[1][:, 1]))
    area_under_curve = (scores[2][:, 1, None] > wholes_wrong).float().mean()
    assert area_under_curve > 0.93
    # Before an error an answer has begun well.
    assert scores[1].mean(dim=0).tolist() == pytest.approx([0.65, 0.1], abs=0.2)
    assert scores[0].mean(dim=0).tolist() == pytest.approx([0.1, 0.1], abs=0.15)
    candidates = [[sums(random, n) for n in (0, 1, 2, 0)] for _ in range(100)]
    last = [
        [score_prefixes(learner.model, "Q", text)[-1] for text in texts] for texts in candidates
    ]
    assert sum(max(scores) == scores[2] for scores in last) > 80


def test_micro_batches_do_not_change_what_is_learned(policy: LanguageModel) -> None:
    samples = [episode(f"p{n}", "1\n" * n + "2", right=(n % 2 == 1,)) for n in range(8)]
    ends = []
    for max_tokens in (1, 10_000):
        config = ORMConfig(batch_size=8, max_tokens_per_micro_batch=max_tokens)
        learner = ORM(policy, make_seven_env(), config)
        learner.update(samples)
        ends.append([p.detach().clone() for p in learner.model.parameters()])
    for one, other in zip(*ends, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_reranking_by_what_was_learned_finds_right_answers(
    policy: LanguageModel, make_env: Any
) -> None:
    learner = ORM(policy, make_env(16, max_attempts=1), CONFIG)
    before = weights_of(policy)
    learner.learn(16 * 60)
    assert torch.equal(weights_of(policy), before)
    chats = [(Message(Role.USER, f"Compute {n}."),) for n in range(40)]
    single = [said.text[:1].isdigit() for said in policy.act(chats, learner.sampling())]
    best = [said.text[:1].isdigit() for said in learner.act(chats)]
    assert sum(single) < 10
    # One in 27 candidates is right: of sixteen at least one in almost every second case.
    assert sum(best) > sum(single) + 8


def test_a_checkpoint_holds_the_model_for_others(
    policy: LanguageModel, make_env: Any, tmp_path: Path
) -> None:
    learner = ORM(policy, make_env(16, max_attempts=1), CONFIG).learn(16)
    learner.save(tmp_path / "checkpoint")
    scores = score_prefixes(learner.model, "Q", SOLUTION)
    for folder in ("checkpoint/orm", "checkpoint", "."):  # a model, a checkpoint, a run
        loaded = OutcomeRewardModel.from_pretrained(tmp_path / folder)
        assert score_prefixes(loaded, "Q", SOLUTION) == scores
    resumed = ORM.load(tmp_path / "checkpoint", make_env(16, max_attempts=1))
    assert score_prefixes(resumed.model, "Q", SOLUTION) == scores
