"""RCRL: step values, labels, the loss mask, and the best label in sampling."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.agents.scripted_lines import QUESTION, ScriptedLines
from tests.agents.seven_env import answers_of, episode, make_seven_env, weights_of

from rethink_gym.agents.algorithms.rcrl import RCRL, RCRLConfig, StepValues
from rethink_gym.agents.algorithms.rcrl_labels import generate_labelled
from rethink_gym.agents.demonstrations import (
    SFTExample,
    encode_text,
    retokenize,
)
from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel
from rethink_gym.agents.objectives.credit import step_prefixes
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.training.supervised import mean_loss
from rethink_gym.conversation import Completion, Message, Role, StopReason
from rethink_gym.episode import Episode
from rethink_gym.errors import ArgumentError, DataNotFoundError

SMALL: dict[str, Any] = {
    "num_problems": 2,
    "samples_per_problem": 2,
    "max_new_tokens": 3,
    "num_epochs": 1,
}

SAMPLES = [
    episode("p", "a\nb\n7"),
    episode("p", "a\nb\n8", correct=(False,)),
    episode("p", "a\nc", correct=(False,)),
    episode("p", "d", correct=(True,)),
]


def make(policy: LanguageModel, **changes: Any) -> RCRL:
    return RCRL(policy, make_seven_env(), RCRLConfig(**SMALL, **changes))


def select(learner: RCRL, episodes: Sequence[Episode]) -> list[SFTExample]:
    """Label the steps of samples, as an update does."""
    encoded = [retokenize(learner.policy, each) for each in episodes]
    values = learner.step_values(encoded)
    threshold = learner.config.threshold
    is_good = [value > threshold for own in values for steps in own for value in steps]
    return learner.label(encoded, values, is_good)


def values_of(learner: RCRL, episodes: Sequence[Episode]) -> list[StepValues]:
    return learner.step_values([retokenize(learner.policy, each) for each in episodes])


def labelled(selected: Sequence[SFTExample]) -> list[tuple[str, ...]]:
    return [texts for _, texts in answers_of(selected)]


def trained_text(policy: LanguageModel, example: SFTExample) -> list[str]:
    """Return the text in the loss of each turn, with end tokens as dots."""
    texts = []
    for number, turn in enumerate(example.episode.turns):
        tokens = zip(turn.completion.token_ids, example.loss_mask[number], strict=True)
        kept = [token for token, is_trained in tokens if is_trained]
        texts.append("".join("." if t in policy.end_ids else policy.decode((t,)) for t in kept))
    return texts


def test_every_step_follows_the_label_of_its_monte_carlo_return(
    policy: LanguageModel,
) -> None:
    selected = select(make(policy, threshold=0.4), SAMPLES)
    assert labelled(selected) == [("?a\n!b\n!7",), ("?a\n!b\n?8",), ("?a\n?c",), ("!d",)]


def test_labels_are_not_in_the_loss_mask(policy: LanguageModel) -> None:
    examples = select(make(policy), SAMPLES)
    assert [trained_text(policy, each) for each in examples] == [
        ["a\nb\n7."],
        ["a\nb\n8."],
        ["a\nc."],
        ["d."],
    ]
    (first, *_) = examples
    chat = policy.tokenize(first.episode.conversation)
    answer = [t for t, turn in zip(chat.token_ids, chat.turn_ids, strict=True) if turn == 0]
    assert policy.decode(answer) == "?a\n?b\n!7"  # but they are in the context
    whole = (True,) * len(first.loss_mask[0])
    with_labels = replace(first, loss_mask=(whole,))
    assert mean_loss(policy, [first], 100) != mean_loss(policy, [with_labels], 100)


def test_the_loss_is_that_of_the_steps_given_their_labels(policy: LanguageModel) -> None:
    first, *_ = select(make(policy), SAMPLES)
    chat = policy.tokenize(first.episode.conversation)
    token_ids = torch.tensor([chat.token_ids])
    with torch.no_grad():
        log_probs = policy.model(token_ids).logits[0, :-1].log_softmax(-1)
    start = chat.turn_ids.index(0)
    token_losses = [
        -log_probs[start + index - 1, token].item()
        for index, token in enumerate(first.episode.turns[0].completion.token_ids)
        if first.loss_mask[0][index]
    ]
    assert len(token_losses) == len("a\nb\n7.")
    assert mean_loss(policy, [first], 100) == pytest.approx(sum(token_losses) / len(token_losses))


def test_steps_shared_with_correct_solutions_stay_good_before_an_incorrect_ending(
    policy: LanguageModel,
) -> None:
    samples = [episode("p", "a\n7"), episode("p", "a\n7 "), episode("p", "a\n8", correct=(False,))]
    assert labelled(select(make(policy), samples))[2] == ("!a\n?8",)


def test_ending_a_solution_has_the_value_of_its_last_line(policy: LanguageModel) -> None:
    samples = [episode("p", "a\n7\n"), episode("p", "a\n8", correct=(False,))]
    learner = make(policy)
    assert values_of(learner, samples) == [[[0.5, 1.0, 1.0]], [[0.5, 0.0]]]
    assert labelled(select(learner, samples)) == [("?a\n!7\n!",), ("?a\n?8",)]


def test_attempts_are_compared_within_their_own_context(policy: LanguageModel) -> None:
    samples = [
        episode("p", "x", "a", correct=(False, True)),
        episode("p", "x", "a", correct=(False, True)),
        episode("p", "y", "a", correct=(True, False)),
        episode("q", "x", "a", correct=(True, True)),
    ]
    values = values_of(make(policy), samples)
    assert values == [
        [[0.0], [1.0]],
        [[0.0], [1.0]],
        [[1.0], [0.0]],
        [[1.0], [1.0]],
    ]
    assert labelled(select(make(policy), samples))[0] == ("?x", "!a")


def test_another_fraction_of_good_steps_changes_only_the_loss_mask(
    policy: LanguageModel,
) -> None:
    selected = select(make(policy, threshold=0.4, good_frac=0.25), SAMPLES)
    assert labelled(selected) == [("?a\n!b\n!7",), ("?a\n!b\n?8",), ("?a\n?c",), ("!d",)]
    trained = "".join(text for each in selected for text in trained_text(policy, each))
    # One good step of four, and all five bad ones: "a" three times, "8" and "c".
    assert sum(trained.count(step) for step in "a8c") == 5
    assert sum(trained.count(step) for step in "b7d") == 1


def test_a_truncated_answer_has_no_end_token_in_the_loss(policy: LanguageModel) -> None:
    sample = episode("p", "a\nb")
    truncated = replace(sample.turns[0].completion, stop=StopReason.LENGTH)
    sample = replace(sample, turns=(replace(sample.turns[0], completion=truncated),))
    (example,) = select(make(policy), [sample])
    assert trained_text(policy, example) == ["a\nb"]


def test_sampled_tokens_are_kept_unchanged(policy: LanguageModel) -> None:
    a, b = encode_text(policy, "ab")
    (end,) = policy.end_ids
    sampled = Completion("ab", (a, b, end), (-1.0, -2.0, -3.0))
    sample = episode("p", "ab")
    sample = replace(sample, turns=(replace(sample.turns[0], completion=sampled),))
    (example,) = select(make(policy), [sample])
    assert example.episode.turns[0].completion.token_ids[-3:] == (a, b, end)


def test_a_fit_needs_steps_of_both_labels(policy: LanguageModel) -> None:
    learner = make(policy)
    incorrect = [episode("p", "8", correct=(False,))]
    before = weights_of(policy)
    waiting = learner.update(incorrect)
    assert (waiting["num_selected"], waiting["num_data"], waiting["num_fitted"]) == (1, 1, 0)
    labels = [learner.best_label]
    assert torch.equal(weights_of(policy), before)
    assert learner.update(SAMPLES)["num_data"] == 1 + len(SAMPLES)
    labels.append(learner.best_label)
    assert labels == [None, "!"]
    assert not torch.equal(weights_of(policy), before)
    # Earlier rounds are still in the data, with both labels.
    assert learner.update(incorrect)["num_fitted"] > 0


def test_rounds_of_one_label_each_are_fitted_together(policy: LanguageModel) -> None:
    learner = make(policy)
    before = weights_of(policy)
    assert learner.update([episode("p", "8", correct=(False,))])["num_fitted"] == 0
    assert learner.update([episode("p", "7")])["num_fitted"] == 2
    assert labelled(learner.data) == [("?8",), ("!7",)]
    assert not torch.equal(weights_of(policy), before)


def test_without_a_fit_no_label_is_forced(policy: LanguageModel) -> None:
    learner = make(policy)
    policy.max_length = 1
    assert learner.update(SAMPLES)["num_fitted"] == 0
    assert learner.best_label is None


def test_labels_are_forced_at_the_positions_of_training(policy: LanguageModel) -> None:
    text = "\na\n\n b\n7\n"
    stepper: Any = ScriptedLines(policy, ["\n", "a\n", "\n", " b\n", "7\n", ""])
    generate_labelled(stepper, [QUESTION], "!", SamplingConfig(), max_steps=9)
    (example,) = select(make(policy), [episode("Q", text)])
    assert labelled([example]) == [("!\na\n!\n b\n!7\n!",)]
    assert stepper.contexts_read[-1][-1] == "!\na\n!\n b\n!7\n!"


def test_an_outcome_reward_model_labels_the_steps(policy: LanguageModel, tmp_path: Path) -> None:
    orm = OutcomeRewardModel(policy.frozen_copy())
    with torch.no_grad():
        orm.head.weight.normal_(generator=torch.Generator().manual_seed(0))
    orm.save_pretrained(tmp_path)
    learner = make(policy, orm=str(tmp_path))
    values = values_of(learner, SAMPLES)
    (by_hand,) = orm.scores([(Message(Role.USER, "p"),)], [step_prefixes("a\nb\n7")])
    assert values[0] == [pytest.approx(by_hand, rel=1e-4)]
    assert [len(steps) for (steps,) in values] == [3, 3, 2, 1]
    marks = ["!" if value > 0.5 else "?" for value in by_hand]
    (text,) = labelled(select(learner, SAMPLES))[0]
    assert text == "".join(map("".join, zip(marks, ["a\n", "b\n", "7"], strict=True)))


def test_a_missing_outcome_reward_model_is_named(policy: LanguageModel, tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match="folder must hold an outcome reward model"):
        make(policy, orm=str(tmp_path))


def test_a_trivial_task_is_learned_in_seconds(policy: LanguageModel, make_env: Any) -> None:
    config = RCRLConfig(
        num_problems=32,
        samples_per_problem=16,
        max_new_tokens=1,
        learning_rate=1e-2,
        num_epochs=40,
        good_frac=0.5,
    )
    learner = RCRL(policy, make_env(128, max_attempts=1), config)
    learner.learn(32 * 16)
    accuracies = {}
    for label in ("!", "?"):
        learner.best_label = label
        samples = learner.collect()
        accuracies[label] = sum(each.turns[0].reward for each in samples) / len(samples)
    assert accuracies["!"] > 0.5
    assert accuracies["?"] < accuracies["!"] / 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"good_label": ""}, "good_label and bad_label must be"),
        ({"good_label": "x", "bad_label": "x"}, "two different texts"),
        ({"threshold": 1.0}, r"threshold must be a number in \[0, 1\)"),
        ({"good_frac": 1.0}, r"good_frac must be a number in \(0, 1\)"),
        ({"max_steps": 0}, "max_steps must be a whole number of at least 1"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        RCRLConfig(**settings)
