"""Reward shaping: overlong penalties, novelty bonuses and repetition penalties."""

import pytest
import torch

from rethink_gym.agents.objectives.advantages import (
    novelty_bonuses,
    overlong_penalties,
    repetition_penalties,
)
from rethink_gym.errors import ArgumentError


def test_the_overlong_penalty_grows_within_the_buffer_before_the_limit() -> None:
    lengths = torch.tensor([[10, 60], [80, 90], [100, 120]])
    penalties = overlong_penalties(lengths, max_length=100, buffer=40)
    assert penalties.tolist() == [[0.0, 0.0], [-0.5, -0.75], [-1.0, -1.0]]


@pytest.mark.parametrize("buffer", [0, 101])
def test_a_buffer_longer_than_the_limit_or_empty_is_refused(buffer: int) -> None:
    with pytest.raises(ArgumentError, match="buffer must be from 1 to the 100 tokens"):
        overlong_penalties(torch.tensor([1]), max_length=100, buffer=buffer)


def test_the_rarer_an_answer_the_higher_its_bonus() -> None:
    assert novelty_bonuses(torch.tensor([1, 4, 100, 0])).tolist() == pytest.approx(
        [1.0, 0.5, 0.1, 0.0]
    )


def test_answers_that_repeat_other_samples_are_penalised() -> None:
    answers = torch.tensor([[7, 7, 7, 3, -1], [0, 1, 2, 3, 4]])
    penalties = repetition_penalties(answers)
    assert penalties[0].tolist() == [-0.5, -0.5, -0.5, 0.0, 0.0]
    assert penalties[1].abs().max() == 0


def test_a_single_sample_is_not_penalised() -> None:
    assert repetition_penalties(torch.tensor([[5]])).tolist() == [[0.0]]
