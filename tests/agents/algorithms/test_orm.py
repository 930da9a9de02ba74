"""ORM: what the reward model learns from episodes, and reranking by it."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from tests.agents.seven_env import episode, make_seven_env, weights_of
from tests.agents.small_learners import make_policy

from rethink_gym.agents.algorithms.orm import ORM, ORMConfig
from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel
from rethink_gym.agents.objectives.credit import step_prefixes
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.conversation import Message, Role
from rethink_gym.errors import PromptTooLongError


def score_prefixes(model: OutcomeRewardModel, prompt: str, answer: str) -> list[float]:
    """Score an answer after each of its steps."""
    (scores,) = model.scores([(Message(Role.USER, prompt),)], [step_prefixes(answer)])
    return scores


CONFIG = ORMConfig(
    problems_per_update=4,
    samples_per_problem=4,
    batch_size=8,
    max_new_tokens=1,
    learning_rate=1e-2,
    num_candidates=16,
)


SOLUTION = "1+1=2\nso it is\nA: 2"


def test_every_prefix_is_trained_on_the_outcome_of_its_answer(policy: LanguageModel) -> None:
    samples = [episode("p", f"1\n{n % 2}", correct=(n % 2 == 1,)) for n in range(8)]
    learner = ORM(policy, make_seven_env(), CONFIG)
    for _ in range(40):
        numbers = learner.update(samples)
    assert numbers["outcome_accuracy"] == 1.0
    first, last = score_prefixes(learner.model, "p", "1\n1")
    assert last > 0.9
    assert 0.3 < first < 0.7  # half of the solutions with this prefix are correct
    assert score_prefixes(learner.model, "p", "1\n0")[1] < 0.1


def sums(random: Random, incorrect: int) -> str:
    """Write two sums, that of this index incorrect; both are correct for any other index."""
    lines = []
    for number in range(2):
        one, other = random.randint(1, 3), random.randint(1, 3)
        values = [value for value in range(2, 7) if (value == one + other) is (number != incorrect)]
        lines.append(f"{one}+{other}={random.choice(values)}")
    return "\n".join(lines)


def test_a_first_prompt_that_does_not_fit_has_its_own_index(policy: LanguageModel) -> None:
    learner = ORM(policy, make_seven_env(), CONFIG)
    learner.num_updates = 1
    policy.max_length = 30
    conversations = [(Message(Role.USER, text),) for text in ("1+1", "1+1", "1" * 100)]
    with pytest.raises(PromptTooLongError) as caught:
        learner.act(conversations)
    assert caught.value.index == 2


@pytest.mark.slow
def test_an_error_in_a_step_lowers_the_score_of_unseen_answers() -> None:
    # The loss stays on a plateau for about a hundred steps.
    random = Random(0)
    config = ORMConfig(learning_rate=1e-3, learning_rate_schedule="constant", max_new_tokens=2)
    learner = ORM(make_policy(), make_seven_env(), config)
    for _ in range(48):
        kinds = [random.choice((0, 1, 2, 2)) for _ in range(256)]
        learner.update([episode("Q", sums(random, n), correct=(n == 2,)) for n in kinds])
    scores = {
        n: torch.tensor([score_prefixes(learner.model, "Q", sums(random, n)) for _ in range(100)])
        for n in (0, 1, 2)
    }
    incorrect_scores = torch.cat((scores[0][:, 1], scores[1][:, 1]))
    area_under_curve = (scores[2][:, 1, None] > incorrect_scores).float().mean()
    assert area_under_curve > 0.93
    # Before the error, the prefix has a high score.
    assert scores[1].mean(dim=0).tolist() == pytest.approx([0.65, 0.1], abs=0.2)
    assert scores[0].mean(dim=0).tolist() == pytest.approx([0.1, 0.1], abs=0.15)
    candidates = [[sums(random, n) for n in (0, 1, 2, 0)] for _ in range(100)]
    last = [
        [score_prefixes(learner.model, "Q", text)[-1] for text in texts] for texts in candidates
    ]
    assert sum(max(scores) == scores[2] for scores in last) > 80


def test_micro_batches_do_not_change_the_update(policy: LanguageModel) -> None:
    samples = [episode(f"p{n}", "1\n" * n + "2", correct=(n % 2 == 1,)) for n in range(8)]
    updated = []
    for max_tokens in (1, 10_000):
        config = ORMConfig(batch_size=8, max_tokens_per_micro_batch=max_tokens)
        learner = ORM(policy, make_seven_env(), config)
        learner.update(samples)
        updated.append([p.detach().clone() for p in learner.model.parameters()])
    for one, other in zip(*updated, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_reranking_by_the_trained_model_finds_correct_answers(
    policy: LanguageModel, make_env: Any
) -> None:
    learner = ORM(policy, make_env(16, max_attempts=1), CONFIG)
    before = weights_of(policy)
    learner.learn(16 * 60)
    assert torch.equal(weights_of(policy), before)
    chats = [(Message(Role.USER, f"Compute {n}."),) for n in range(40)]
    single = [each.text[:1].isdigit() for each in policy.act(chats, learner.sampling())]
    best = [each.text[:1].isdigit() for each in learner.act(chats)]
    assert sum(single) < 10
    # One in 27 candidates is correct: almost every second group of sixteen has at least one.
    assert sum(best) > sum(single) + 8


def test_a_checkpoint_contains_a_loadable_model(
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
