from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.agents.imitating import episode, make_seven_env, said

from rethink_gym.agents.algorithms.rcrl import RCRL, RCRLConfig
from rethink_gym.agents.algorithms.rcrl_labels import cut_steps, say_steps
from rethink_gym.agents.demonstrations import Demonstration, completion_of, encode_text
from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.training.supervised import mean_loss
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
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


def make(policy: LanguageModel, **changes: Any) -> RCRL:
    return RCRL(policy, make_seven_env(), RCRLConfig(**SMALL, **changes))


def labelled(selected: Sequence[Demonstration]) -> list[tuple[str, ...]]:
    return [texts for _, texts in said(selected)]


def learned_text(policy: LanguageModel, demonstration: Demonstration) -> list[str]:
    """What is learned of each turn, end tokens shown as a dot."""
    learned = []
    for number, turn in enumerate(demonstration.episode.turns):
        tokens = zip(turn.completion.token_ids, demonstration.mask(number), strict=True)
        kept = [token for token, learns in tokens if learns]
        learned.append("".join("." if t in policy.end_ids else policy.decode((t,)) for t in kept))
    return learned


def test_every_step_stands_behind_the_label_of_its_monte_carlo_return(
    policy: LanguageModel,
) -> None:
    selected = make(policy, threshold=0.4).select(SAMPLES)
    assert labelled(selected) == [("?a\n!b\n!7",), ("?a\n!b\n?8",), ("?a\n?c",), ("!d",)]


def test_no_loss_falls_on_a_label(policy: LanguageModel) -> None:
    demonstrations = make(policy).select(SAMPLES)
    assert [learned_text(policy, each) for each in demonstrations] == [
        ["a\nb\n7."],
        ["a\nb\n8."],
        ["a\nc."],
        ["d."],
    ]
    (first, *_) = demonstrations
    chat = policy.tokenize(first.episode.conversation)
    answer = [t for t, turn in zip(chat.token_ids, chat.turn_ids, strict=True) if turn == 0]
    assert policy.decode(answer) == "?a\n?b\n!7"  # the labels are read, all the same
    with_labels = replace(first, token_masks=None)
    assert mean_loss(policy, [first], 100) != mean_loss(policy, [with_labels], 100)


def test_the_loss_is_that_of_the_steps_behind_their_labels(policy: LanguageModel) -> None:
    first, *_ = make(policy).select(SAMPLES)
    chat = policy.tokenize(first.episode.conversation)
    token_ids = torch.tensor([chat.token_ids])
    with torch.no_grad():
        log_probs = policy.model(token_ids).logits[0, :-1].log_softmax(-1)
    begin = chat.turn_ids.index(0)
    surprises = [
        -log_probs[begin + place - 1, token].item()
        for place, token in enumerate(first.episode.turns[0].completion.token_ids)
        if first.mask(0)[place]
    ]
    assert len(surprises) == len("a\nb\n7.")
    assert mean_loss(policy, [first], 100) == pytest.approx(sum(surprises) / len(surprises))


def test_a_wrong_ending_does_not_spoil_the_steps_that_others_went_on_from_rightly(
    policy: LanguageModel,
) -> None:
    samples = [episode("p", "a\n7"), episode("p", "a\n7 "), episode("p", "a\n8", right=(False,))]
    assert labelled(make(policy).select(samples))[2] == ("!a\n?8",)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("1+1=2\n2+2=4\nA: 4", ["1+1=2\n", "2+2=4\n", "A: 4."]),
        ("1\n\n  A: 2 \n", ["1\n", "\n  A: 2 \n", "."]),
        ("A: 4", ["A: 4."]),
        ("\n \nA: 4", ["\n \nA: 4."]),
        ("", ["."]),
        (" \n", [" \n."]),
    ],
)
def test_a_step_is_a_line_with_the_blank_ones_before_it(
    policy: LanguageModel, text: str, steps: list[str]
) -> None:
    cut = cut_steps(policy, completion_of(policy, text).token_ids)
    shown = ["".join("." if t in policy.end_ids else policy.decode((t,)) for t in s) for s in cut]
    assert shown == steps


def test_to_end_a_solution_is_worth_what_its_last_line_is(policy: LanguageModel) -> None:
    samples = [episode("p", "a\n7\n"), episode("p", "a\n8", right=(False,))]
    learner = make(policy)
    assert learner.step_values(samples) == [[[0.5, 1.0, 1.0]], [[0.5, 0.0]]]
    assert labelled(learner.select(samples)) == [("?a\n!7\n!",), ("?a\n?8",)]


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
    assert labelled(make(policy).select(samples))[0] == ("?x", "!a")


def test_steps_can_be_mixed_in_another_ratio_without_losing_their_context(
    policy: LanguageModel,
) -> None:
    selected = make(policy, threshold=0.4, good_frac=0.25).select(SAMPLES)
    assert labelled(selected) == [("?a\n!b\n!7",), ("?a\n!b\n?8",), ("?a\n?c",), ("!d",)]
    learned = "".join(text for each in selected for text in learned_text(policy, each))
    # One good step of four, and all five bad ones: "a" three times, "8" and "c".
    assert sum(learned.count(step) for step in "a8c") == 5
    assert sum(learned.count(step) for step in "b7d") == 1


def test_an_answer_that_was_cut_off_is_not_taught_to_end(policy: LanguageModel) -> None:
    sample = episode("p", "a\nb")
    cut_off = replace(sample.turns[0].completion, stop=StopReason.LENGTH)
    sample = replace(sample, turns=(replace(sample.turns[0], completion=cut_off),))
    (demonstration,) = make(policy).select([sample])
    assert learned_text(policy, demonstration) == ["a\nb"]


def test_what_the_policy_sampled_stays_in_its_tokens(policy: LanguageModel) -> None:
    a, b = encode_text(policy, "ab")
    (end,) = policy.end_ids
    sampled = Completion("ab", (a, b, end), (-1.0, -2.0, -3.0))
    sample = episode("p", "ab")
    sample = replace(sample, turns=(replace(sample.turns[0], completion=sampled),))
    (demonstration,) = make(policy).select([sample])
    assert demonstration.episode.turns[0].completion.token_ids[-3:] == (a, b, end)


def test_the_best_label_seen_is_the_one_that_is_asked_for(policy: LanguageModel) -> None:
    learner = make(policy)
    asked_for = [learner.best_label]
    wrong = [episode("p", "8", right=(False,))]
    for samples in (wrong, SAMPLES, wrong):
        learner.update(samples)
        asked_for.append(learner.best_label)
    assert asked_for == [None, "?", "!", "!"]


class Stepper:
    """A language model's tokens, and lines by script; notes what it reads."""

    def __init__(self, policy: LanguageModel, lines: Sequence[str]) -> None:
        self.tokenizer, self.end_ids = policy.tokenizer, policy.end_ids
        self.tokenize, self.decode = policy.tokenize, policy.decode
        self.max_length = policy.max_length
        self._policy = policy
        self._lines = iter(lines)
        self.heard: list[list[str]] = []

    def complete(
        self,
        conversations: Sequence[Conversation],
        prefixes: Sequence[Sequence[int]],
        sampling: SamplingConfig,
    ) -> list[Completion]:
        for each, opening in zip(conversations, prefixes, strict=True):
            self.heard.append([*(message.content for message in each), self.decode(opening)])
        assert sampling.stop_strings[-1] == "\n"
        lines = [next(self._lines) for _ in conversations]
        return [self._said(line) for line in lines]

    def _said(self, line: str) -> Completion:
        if line.endswith("\n"):
            whole = completion_of(self._policy, line, is_ended=False)
            return replace(whole, text=line[:-1], stop=StopReason.STOP_STRING)
        return completion_of(self._policy, line)


QUESTION = (Message(Role.USER, "Q"),)


def test_the_best_label_is_forced_before_every_step(policy: LanguageModel) -> None:
    stepper: Any = Stepper(policy, ["a\n", "b\n", "7"])
    (said_now,) = say_steps(stepper, [QUESTION], "!", SamplingConfig(), max_steps=9)
    assert stepper.heard == [["Q", "!"], ["Q", "!a\n!"], ["Q", "!a\n!b\n!"]]
    assert (said_now.text, said_now.stop) == ("a\nb\n7", StopReason.END)
    assert said_now.token_ids == completion_of(policy, "a\nb\n7").token_ids


def test_what_is_forced_is_what_was_learned(policy: LanguageModel) -> None:
    text = "\na\n\n b\n7\n"
    stepper: Any = Stepper(policy, ["\n", "a\n", "\n", " b\n", "7\n", ""])
    say_steps(stepper, [QUESTION], "!", SamplingConfig(), max_steps=9)
    (demonstration,) = make(policy).select([episode("Q", text)])
    assert labelled([demonstration]) == [("!\na\n!\n b\n!7\n!",)]
    assert stepper.heard[-1][-1] == "!\na\n!\n b\n!7\n!"


def test_a_later_attempt_reads_the_earlier_one_with_its_labels(policy: LanguageModel) -> None:
    for has_tokens in (True, False):
        stepper: Any = Stepper(policy, ["a\n", "7", "b"])
        (first,) = say_steps(stepper, [QUESTION], "!", SamplingConfig(), max_steps=9)
        message = first.message if has_tokens else Message(Role.ASSISTANT, first.text)
        chat = (*QUESTION, message, Message(Role.USER, "Again"))
        (second,) = say_steps(stepper, [chat], "!", SamplingConfig(), max_steps=9)
        assert second.text == "b"
        assert stepper.heard[-1] == ["Q", "!a\n!7", "Again", "!"]


@pytest.mark.parametrize(
    ("max_steps", "max_new_tokens", "text"),
    [(2, 100, "a\na\n"), (9, 4, "a\na\n"), (9, 3, "a\na")],
    ids=["by steps", "by tokens", "within a step"],
)
def test_an_endless_solution_is_cut_off(
    policy: LanguageModel, max_steps: int, max_new_tokens: int, text: str
) -> None:
    stepper: Any = Stepper(policy, ["a\n"] * 9)
    sampling = SamplingConfig(max_new_tokens=max_new_tokens)
    (cut_off,) = say_steps(stepper, [QUESTION], "!", sampling, max_steps=max_steps)
    assert (cut_off.text, cut_off.stop) == (text, StopReason.LENGTH)
    assert len(cut_off.token_ids) == len(cut_off.log_probs) == len(text)


def test_a_full_context_cuts_off(policy: LanguageModel) -> None:
    stepper: Any = Stepper(policy, ["a\n"] * 9)
    stepper.max_length = len(policy.tokenize(QUESTION).token_ids) + len("!a\n!a\n!")
    (cut_off,) = say_steps(stepper, [QUESTION], "!", SamplingConfig(), max_steps=9)
    assert (cut_off.text, cut_off.stop) == ("a\na\n", StopReason.LENGTH)


def test_a_text_to_stop_at_ends_the_message(policy: LanguageModel) -> None:
    stepper: Any = Stepper(policy, ["a\n", "b; c\n", "7"])
    sampling = SamplingConfig(stop_strings=(";",))
    (stopped,) = say_steps(stepper, [QUESTION], "!", sampling, max_steps=9)
    assert (stopped.text, stopped.stop) == ("a\nb", StopReason.STOP_STRING)


def test_an_outcome_reward_model_labels_the_steps(policy: LanguageModel, tmp_path: Path) -> None:
    orm = OutcomeRewardModel(policy.frozen_copy())
    with torch.no_grad():
        orm.head.weight.normal_(generator=torch.Generator().manual_seed(0))
    orm.save_pretrained(tmp_path)
    learner = make(policy, orm=str(tmp_path))
    values = learner.step_values(SAMPLES)
    by_hand = orm.score_prefixes("p", "a\nb\n7")  # where it learned to score
    assert values[0] == [by_hand]
    assert [len(steps) for (steps,) in values] == [3, 3, 2, 1]
    marks = ["!" if value > 0.5 else "?" for value in by_hand]
    (text,) = labelled(learner.select(SAMPLES))[0]
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
    right = {}
    for label in ("!", "?"):
        learner.best_label = label
        samples = learner.collect()
        right[label] = sum(each.turns[0].reward for each in samples) / len(samples)
    assert right["!"] > 0.5
    assert right["?"] < right["!"] / 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"good_label": ""}, "good_label and bad_label must be"),
        ({"good_label": "x", "bad_label": "x"}, "two different texts"),
        ({"threshold": 1.0}, "threshold must be in"),
        ({"good_frac": 1.0}, "good_frac must be in"),
        ({"max_steps": 0}, "max_steps must be a whole number of at least 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        RCRLConfig(**settings)
