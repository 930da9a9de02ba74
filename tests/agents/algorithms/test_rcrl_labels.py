"""Step labels of RCRL: Monte Carlo values, the balance of labels, and labelled generation."""

from typing import Any

import numpy as np
import pytest
from tests.agents.scripted_lines import QUESTION, ScriptedLines

from rethink_gym.agents.algorithms.rcrl_labels import (
    balanced_mask,
    generate_labelled,
    monte_carlo_values,
    split_tokens,
)
from rethink_gym.agents.demonstrations import encode_completion
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Message, Role, StopReason
from rethink_gym.errors import ArgumentError


def test_the_value_of_a_step_is_the_mean_return_of_solutions_with_its_prefix() -> None:
    solutions = [["a\n", "b\n", "c"], ["a \n", "b\n", "d"], ["a\n", "e"], ["f"]]
    values = monte_carlo_values(solutions, [1.0, 0.0, 0.0, 1.0])
    assert values == [[1 / 3, 0.5, 1.0], [1 / 3, 0.5, 0.0], [1 / 3, 0.0], [1.0]]


def test_the_same_step_after_another_prefix_has_its_own_value() -> None:
    assert monte_carlo_values([["a", "c"], ["b", "c"]], [1.0, 0.0]) == [[1.0, 1.0], [0.0, 0.0]]


def test_every_solution_needs_a_return() -> None:
    with pytest.raises(ArgumentError, match="returns must be of length 1, got 2"):
        monte_carlo_values([["a"]], [1.0, 0.0])


@pytest.mark.parametrize(
    ("num_good", "num_bad", "fraction", "chosen"),
    [
        (8, 2, 0.5, (2, 2)),
        (2, 8, 0.5, (2, 2)),
        (9, 3, 0.6, (4, 3)),
        (1, 9, 0.1, (1, 9)),
        (5, 0, 0.5, (5, 0)),
        (0, 5, 0.5, (0, 5)),
    ],
)
def test_the_largest_subset_with_the_given_fraction_of_good_steps_is_chosen(
    num_good: int, num_bad: int, fraction: float, chosen: tuple[int, int]
) -> None:
    is_good = [True] * num_good + [False] * num_bad
    mask = balanced_mask(is_good, fraction, np.random.default_rng(0))
    assert (sum(mask[:num_good]), sum(mask[num_good:])) == chosen


@pytest.mark.parametrize("fraction", [0.0, 1.0, -1.0])
def test_a_fraction_of_zero_or_one_is_refused(fraction: float) -> None:
    with pytest.raises(ArgumentError, match="good_frac must be in"):
        balanced_mask([True], fraction, np.random.default_rng(0))


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
def test_a_step_is_a_line_with_the_blank_lines_before_it(
    policy: LanguageModel, text: str, steps: list[str]
) -> None:
    cut = split_tokens(policy, encode_completion(policy, text).token_ids)
    shown = ["".join("." if t in policy.end_ids else policy.decode((t,)) for t in s) for s in cut]
    assert shown == steps


def test_the_best_label_is_forced_before_every_step(policy: LanguageModel) -> None:
    stepper: Any = ScriptedLines(policy, ["a\n", "b\n", "7"])
    (completion,) = generate_labelled(stepper, [QUESTION], "!", SamplingConfig(), max_steps=9)
    assert stepper.contexts_read == [["Q", "!"], ["Q", "!a\n!"], ["Q", "!a\n!b\n!"]]
    assert (completion.text, completion.stop) == ("a\nb\n7", StopReason.END)
    assert completion.token_ids == encode_completion(policy, "a\nb\n7").token_ids


def test_a_later_attempt_is_conditioned_on_the_earlier_one_with_its_labels(
    policy: LanguageModel,
) -> None:
    for has_tokens in (True, False):
        stepper: Any = ScriptedLines(policy, ["a\n", "7", "b"])
        (first,) = generate_labelled(stepper, [QUESTION], "!", SamplingConfig(), max_steps=9)
        message = first.message if has_tokens else Message(Role.ASSISTANT, first.text)
        chat = (*QUESTION, message, Message(Role.USER, "Again"))
        (second,) = generate_labelled(stepper, [chat], "!", SamplingConfig(), max_steps=9)
        assert second.text == "b"
        assert stepper.contexts_read[-1] == ["Q", "!a\n!7", "Again", "!"]


@pytest.mark.parametrize(
    ("max_steps", "max_new_tokens", "text"),
    [(2, 100, "a\na\n"), (9, 4, "a\na\n"), (9, 3, "a\na")],
    ids=["by steps", "by tokens", "within a step"],
)
def test_an_endless_solution_is_truncated(
    policy: LanguageModel, max_steps: int, max_new_tokens: int, text: str
) -> None:
    stepper: Any = ScriptedLines(policy, ["a\n"] * 9)
    sampling = SamplingConfig(max_new_tokens=max_new_tokens)
    (truncated,) = generate_labelled(stepper, [QUESTION], "!", sampling, max_steps=max_steps)
    assert (truncated.text, truncated.stop) == (text, StopReason.LENGTH)
    assert len(truncated.token_ids) == len(truncated.log_probs) == len(text)


def test_a_full_context_ends_the_message(policy: LanguageModel) -> None:
    stepper: Any = ScriptedLines(policy, ["a\n"] * 9)
    stepper.max_length = len(policy.tokenize(QUESTION).token_ids) + len("!a\n!a\n!")
    (truncated,) = generate_labelled(stepper, [QUESTION], "!", SamplingConfig(), max_steps=9)
    assert (truncated.text, truncated.stop) == ("a\na\n", StopReason.CONTEXT)


def test_a_conversation_that_fills_the_context_gets_an_empty_message(
    policy: LanguageModel,
) -> None:
    stepper: Any = ScriptedLines(policy, ["a\n"] * 9)
    stepper.max_length = len(policy.tokenize(QUESTION).token_ids)
    (full,) = generate_labelled(stepper, [QUESTION], "!", SamplingConfig(), max_steps=9)
    assert (full.text, full.token_ids, full.stop) == ("", (), StopReason.CONTEXT)


def test_a_stop_string_ends_the_message(policy: LanguageModel) -> None:
    stepper: Any = ScriptedLines(policy, ["a\n", "b; c\n", "7"])
    sampling = SamplingConfig(stop_strings=(";",))
    (completion,) = generate_labelled(stepper, [QUESTION], "!", sampling, max_steps=9)
    assert (completion.text, completion.stop) == ("a\nb", StopReason.STOP_STRING)
