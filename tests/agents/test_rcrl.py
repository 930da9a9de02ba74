from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.agents.imitating import episode, make_seven_env, said

from rethink_gym.agents.demonstration import Demonstration, completion_of
from rethink_gym.agents.outcome_reward import OutcomeRewardModel
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.rcrl import Rcrl, RcrlConfig
from rethink_gym.agents.stepwise import say_steps
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.envs.prompt import CORRECTION
from rethink_gym.errors import ArgumentError, DataNotFoundError

SMALL: dict[str, Any] = {
    "num_problems": 2,
    "samples_per_problem": 2,
    "max_new_tokens": 3,
    "num_epochs": 1,
}

SAMPLES = [
    episode("p", "a\nb\n7"),
    episode("p", "a\nb\n8", right=(False,)),
    episode("p", "a\nc", right=(False,)),
    episode("p", "d", right=(True,)),
]


def make(policy: LanguageModel, **changes: Any) -> Rcrl:
    return Rcrl(policy, make_seven_env(), RcrlConfig(**SMALL, **changes))


def labels_of(demonstration: Demonstration) -> list[str]:
    return [turn.observation for turn in demonstration.episode.turns]


def test_every_step_stands_under_the_label_of_its_monte_carlo_return(
    policy: LanguageModel,
) -> None:
    selected = make(policy, threshold=0.4).select(SAMPLES)
    assert said(selected)[0] == ("p", ("a\n", "b\n", "7"))
    assert labels_of(selected[0]) == ["p\n[bad]", "[good]", "[good]"]
    assert labels_of(selected[1]) == ["p\n[bad]", "[good]", "[bad]"]
    assert labels_of(selected[2]) == ["p\n[bad]", "[bad]"]
    assert labels_of(selected[3]) == ["p\n[good]"]


def test_no_loss_falls_on_a_label(policy: LanguageModel) -> None:
    (demonstration, *_) = make(policy).select(SAMPLES)
    tokens = policy.tokenize(demonstration.episode.conversation)
    learned = [
        token for token, turn in zip(tokens.token_ids, tokens.turn_ids, strict=True) if turn >= 0
    ]
    steps = [completion_of(policy, step).token_ids for step in ("a\n", "b\n", "7")]
    assert learned == [token for step in steps for token in step]
    assert "bad" in policy.tokenizer.decode(list(tokens.token_ids))
    assert demonstration.is_learned == (True, True, True)


def test_a_wrong_ending_does_not_spoil_the_steps_that_others_went_on_from_rightly(
    policy: LanguageModel,
) -> None:
    samples = [episode("p", "a\n7"), episode("p", "a\n7 "), episode("p", "a\n8", right=(False,))]
    selected = make(policy).select(samples)
    assert labels_of(selected[2]) == ["p\n[good]", "[bad]"]


def test_attempts_are_compared_within_their_own_context(policy: LanguageModel) -> None:
    samples = [
        episode("p", "x", "a", right=(False, True)),
        episode("p", "x", "a", right=(False, True)),
        episode("p", "y", "a", right=(True, False)),
        episode("q", "x", "a", right=(True, True)),
    ]
    values = make(policy).step_values(samples)
    assert values == [
        [[0.0], [1.0]],
        [[0.0], [1.0]],
        [[1.0], [0.0]],
        [[1.0], [1.0]],
    ]
    labelled = make(policy).select(samples)[0].episode.turns
    assert [turn.observation for turn in labelled] == ["p\n[bad]", f"{CORRECTION}\n[good]"]


def test_steps_can_be_mixed_in_another_ratio_without_losing_their_context(
    policy: LanguageModel,
) -> None:
    selected = make(policy, threshold=0.4, good_share=0.25).select(SAMPLES)
    learned = [
        (label.endswith("[good]"), learns)
        for each in selected
        for label, learns in zip(labels_of(each), each.is_learned, strict=True)
    ]
    assert len(learned) == 9
    assert sum(good and learns for good, learns in learned) == 1
    assert sum(not good and learns for good, learns in learned) == 5


def test_an_answer_that_was_cut_off_is_not_taught_to_end(policy: LanguageModel) -> None:
    sample = episode("p", "a\nb")
    cut_off = replace(sample.turns[0].completion, stop=StopReason.LENGTH)
    sample = replace(sample, turns=(replace(sample.turns[0], completion=cut_off),))
    (demonstration,) = make(policy).select([sample])
    first, second = demonstration.episode.turns
    assert first.completion == completion_of(policy, "a\n")
    assert second.completion == completion_of(policy, "b", is_ended=False)


def test_the_best_label_seen_is_the_one_that_is_asked_for(policy: LanguageModel) -> None:
    learner = make(policy)
    asked_for = [learner.best_label]
    wrong = [episode("p", "8", right=(False,))]
    for samples in (wrong, SAMPLES, wrong):
        learner.update(samples)
        asked_for.append(learner.best_label)
    assert asked_for == [None, "[bad]", "[good]", "[good]"]


class Stepper:
    """A language model's tokens, and steps by script; notes what it reads."""

    def __init__(self, policy: LanguageModel, steps: Sequence[str]) -> None:
        self.tokenizer, self.end_ids = policy.tokenizer, policy.end_ids
        self.tokenize, self.decode = policy.tokenize, policy.decode
        self._policy = policy
        self._steps = steps
        self.heard: list[list[str]] = []

    def act(
        self, conversations: Sequence[Conversation], sampling: SamplingConfig | None = None
    ) -> list[Completion]:
        self.heard += [[message.content for message in each] for each in conversations]
        turns = [sum(m.role is Role.ASSISTANT for m in each) for each in conversations]
        return [completion_of(self._policy, self._steps[turn]) for turn in turns]


def test_the_best_label_is_forced_before_every_step(policy: LanguageModel) -> None:
    stepper: Any = Stepper(policy, ["a\n", "b\n", "7"])
    conversation = (Message(Role.USER, "Q"),)
    (said_now,) = say_steps(stepper, [conversation], "[good]", SamplingConfig(), max_steps=9)
    assert said_now.text == "a\nb\n7"
    assert said_now.stop is StopReason.END
    assert stepper.heard[-1] == ["Q\n[good]", "a\n", "[good]", "b\n", "[good]"]
    ends = [token for token in said_now.token_ids if token in policy.end_ids]
    assert len(ends) == 3


def test_a_later_attempt_reads_the_earlier_one_in_its_steps(policy: LanguageModel) -> None:
    stepper: Any = Stepper(policy, ["a\n", "7", "b"])
    conversation: Conversation = (Message(Role.USER, "Q"),)
    sampling = SamplingConfig()
    (first,) = say_steps(stepper, [conversation], "[good]", sampling, max_steps=9)
    conversation = (*conversation, first.message, Message(Role.USER, "Again"))
    for message in (first.message, Message(Role.ASSISTANT, first.text)):  # with tokens or without
        chat = (conversation[0], message, conversation[2])
        (second,) = say_steps(stepper, [chat], "[good]", sampling, max_steps=9)
        assert second.text == "b"
        assert stepper.heard[-1] == ["Q\n[good]", "a\n", "[good]", "7", "Again\n[good]"]


@pytest.mark.parametrize(
    ("max_steps", "max_new_tokens"), [(2, 100), (9, 4)], ids=["by steps", "by tokens"]
)
def test_an_endless_solution_is_cut_off(
    policy: LanguageModel, max_steps: int, max_new_tokens: int
) -> None:
    stepper: Any = Stepper(policy, ["a\n"] * 9)
    sampling = SamplingConfig(max_new_tokens=max_new_tokens)
    chat = [(Message(Role.USER, "Q"),)]
    (cut_off,) = say_steps(stepper, chat, "[good]", sampling, max_steps=max_steps)
    assert cut_off.text == "a\na\n"
    assert cut_off.stop is StopReason.LENGTH


def test_an_outcome_reward_model_labels_the_steps(policy: LanguageModel, tmp_path: Path) -> None:
    orm = OutcomeRewardModel(policy.frozen_copy())
    with torch.no_grad():
        orm.head.weight.normal_(generator=torch.Generator().manual_seed(0))
    orm.save_pretrained(tmp_path)
    learner = make(policy, orm=str(tmp_path))
    values = learner.step_values(SAMPLES)
    assert values[0] == [orm.score_prefixes("p", "a\nb\n7")]
    assert [len(steps) for (steps,) in values] == [3, 3, 2, 1]
    labelled = learner.select(SAMPLES)
    assert [label.endswith("[good]") for label in labels_of(labelled[0])] == [
        value > 0.5 for value in values[0][0]
    ]


def test_a_missing_outcome_reward_model_is_named(policy: LanguageModel, tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match="folder must hold an outcome reward model"):
        make(policy, orm=str(tmp_path))


def test_a_trivial_task_is_learned_in_seconds(policy: LanguageModel, make_env: Any) -> None:
    config = RcrlConfig(
        num_problems=32,
        samples_per_problem=16,
        max_new_tokens=1,
        learning_rate=1e-2,
        num_epochs=40,
        good_share=0.5,
    )
    learner = Rcrl(policy, make_env(128, max_attempts=1), config)
    learner.learn(32 * 16)
    right = {}
    for label in ("[good]", "[bad]"):
        learner.best_label = label
        samples = learner.collect()
        right[label] = sum(each.turns[0].reward for each in samples) / len(samples)
    assert right["[good]"] > 0.5
    assert right["[bad]"] < right["[good]"] / 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"good_label": ""}, "good_label and bad_label must be"),
        ({"good_label": "x", "bad_label": "not x"}, "texts that end differently"),
        ({"threshold": 1.0}, "threshold must be in"),
        ({"good_share": 1.0}, "good_share must be in"),
        ({"max_steps": 0}, "max_steps must be a whole number of at least 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        RcrlConfig(**settings)
