"""Expert iteration: selected samples, rounds, base weights and initial data."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.agents.seven_env import answers_of, episode, make_seven_env, weights_of

from rethink_gym.agents.algorithms.expert_iteration import ExpertIteration, ExpertIterationConfig
from rethink_gym.agents.demonstrations import make_example
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.supervised import fit
from rethink_gym.episode import Episode, save_episodes
from rethink_gym.errors import ArgumentError

CONFIG = ExpertIterationConfig(
    num_problems=4, samples_per_problem=2, num_epochs=2, learning_rate=1e-2, max_new_tokens=3
)


def make(policy: LanguageModel, **changes: Any) -> ExpertIteration:
    return ExpertIteration(policy, make_seven_env(), replace(CONFIG, **changes), seed=1)


def test_correct_samples_are_kept_with_their_correct_turns_in_the_loss(
    policy: LanguageModel,
) -> None:
    samples = [
        episode("p", "a", correct=(False,)),
        episode("p", "b", correct=(True,)),
        episode("q", "c", "d", correct=(False, True)),
        episode("q", "e", "f", correct=(True, False)),
    ]
    selected = make(policy).select(samples)
    assert answers_of(selected) == [("p", ("b",)), ("q", ("c", "d"))]
    assert [tuple(map(any, each.loss_mask)) for each in selected] == [(True,), (False, True)]


def test_rounds_are_combined_and_equal_texts_kept_once(policy: LanguageModel) -> None:
    learner = make(policy)
    learner.update([episode("p", "1"), episode("p", "1 "), episode("q", "2")])
    numbers = learner.update(
        [episode("p", "1"), episode("p", "3"), episode("q", "x", correct=(False,))]
    )
    assert answers_of(learner.data) == [("p", ("1",)), ("q", ("2",)), ("p", ("3",))]
    assert (numbers["num_selected"], numbers["num_data"]) == (2, 3)


def test_without_keep_all_rounds_only_the_last_round_is_kept(policy: LanguageModel) -> None:
    learner = make(policy, keep_all_rounds=False)
    learner.update([episode("p", "1")])
    learner.update([episode("q", "2")])
    assert answers_of(learner.data) == [("q", ("2",))]


def test_the_cap_limits_the_fit_and_not_the_stored_examples(policy: LanguageModel) -> None:
    learner = make(policy, max_per_problem=3)
    samples = [episode("easy", str(n)) for n in range(9)] + [episode("hard", "x")]
    numbers = learner.update(samples)
    assert (numbers["num_data"], numbers["num_fitted"]) == (10, 4)


def test_every_round_starts_from_the_base_weights(policy: LanguageModel) -> None:
    # After any number of rounds the weights are those of one fit of the base model.
    learner = make(policy)
    base = policy.trainable_copy()
    learner.update([episode("p", "1")])
    before_second = learner.random.bit_generator.state
    learner.update([episode("q", "2")])
    learner.random.bit_generator.state = before_second
    data = [make_example(base, episode(*each), (True,)) for each in (("p", "1"), ("q", "2"))]
    fit(base, data, learner.config, learner.config, learner.random)
    assert torch.equal(weights_of(learner), weights_of(base))


def test_without_from_base_a_round_starts_from_the_last_weights(policy: LanguageModel) -> None:
    ends = []
    for from_base in (True, False):
        learner = make(policy.trainable_copy(), from_base=from_base)
        learner.update([episode("p", "1")])
        ends.append(weights_of(learner))
        learner.update([episode("q", "2")])
        ends.append(weights_of(learner))
    assert torch.equal(ends[0], ends[2])
    assert not torch.equal(ends[1], ends[3])


def test_a_round_without_correct_samples_changes_nothing(policy: LanguageModel) -> None:
    learner = make(policy)
    before = weights_of(learner)
    numbers = learner.update([episode("p", "1", correct=(False,))])
    assert numbers == {"num_selected": 0.0, "num_data": 0.0, "num_fitted": 0.0}
    assert torch.equal(weights_of(learner), before)
    assert learner.learn(16).num_updates == 2


def test_an_empty_round_keeps_the_weights_of_the_round_before(policy: LanguageModel) -> None:
    learner = make(policy, keep_all_rounds=False)
    learner.update([episode("p", "1")])
    before = weights_of(learner)
    learner.update([episode("p", "1", correct=(False,))])
    assert torch.equal(weights_of(learner), before)


def test_rounds_may_start_from_another_base_model(policy: LanguageModel, tmp_path: Path) -> None:
    pretrained = policy.trainable_copy()
    pretrained.save_pretrained(tmp_path)
    fine_tuned = policy.trainable_copy()
    with torch.no_grad():
        for parameter in fine_tuned.model.parameters():
            parameter.add_(0.01)
    learner = make(fine_tuned, base_model=str(tmp_path), num_epochs=1, learning_rate=1e-9)
    samples = learner.collect()
    assert {each.problem_id for each in samples}  # played by the fine-tuned policy
    learner.update([episode("p", "1")])
    torch.testing.assert_close(weights_of(learner), weights_of(pretrained), atol=1e-6, rtol=0)


def test_worked_solutions_may_be_added_to_every_fit(policy: LanguageModel) -> None:
    learner = make(policy, initial_data="solutions")
    numbers = learner.update([episode("p", "1", correct=(False,))])
    assert (numbers["num_data"], numbers["num_fitted"]) == (0, 4)
    assert learner.update([episode("p", "1")])["num_fitted"] == 5


def test_recorded_episodes_may_be_added_to_every_fit(policy: LanguageModel, tmp_path: Path) -> None:
    save_episodes(tmp_path / "sft.jsonl", [episode("p", "1"), episode("q", "2")])
    learner = make(policy, initial_data=str(tmp_path / "sft.jsonl"))
    assert learner.update([episode("p", "1")])["num_fitted"] == 2


def test_every_round_samples_the_same_problems(policy: LanguageModel) -> None:
    learner = make(policy)
    rounds = [[each.problem_id for each in learner.collect()] for _ in range(2)]
    assert rounds[0] == rounds[1]
    assert len(set(rounds[0])) == 4
    assert rounds[0][::2] == rounds[0][1::2]


def test_a_trivial_task_is_learned_in_seconds(policy: LanguageModel, make_env: Any) -> None:
    config = ExpertIterationConfig(
        num_problems=32,
        samples_per_problem=16,
        max_new_tokens=1,
        learning_rate=1e-2,
        num_epochs=6,
    )
    learner = ExpertIteration(policy, make_env(128, max_attempts=1), config)
    learner.learn(32 * 16 * 4)
    rewards = [each.turns[0].reward for each in learner.collect()]
    assert sum(rewards) / len(rewards) > 0.9


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_per_problem": 0}, "max_per_problem must be a whole number of at least 1"),
        ({"learned_turns": "none"}, "learned_turns must be one of"),
        ({"num_problems": 0}, "num_problems must be"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        ExpertIterationConfig(**settings)


def test_without_a_verdict_the_reward_decides_whether_an_episode_is_correct(
    policy: LanguageModel,
) -> None:
    def unjudged(each: Episode) -> Episode:
        return replace(each, turns=tuple(replace(turn, verdict=None) for turn in each.turns))

    samples = [unjudged(episode("p", "a")), unjudged(episode("p", "b", correct=(False,)))]
    assert answers_of(make(policy).select(samples)) == [("p", ("a",))]
