"""The promises of the penalty on long actions."""

from typing import Any

import pytest

from rethink_gym.envs import ReasoningEnv
from rethink_gym.envs.tasks import MathMix
from rethink_gym.envs.wrappers import LengthPenalty
from rethink_gym.errors import ArgumentError


@pytest.mark.parametrize(
    ("length", "penalty"), [(10, 0.0), (20, 0.0), (21, 0.01), (30, 0.1), (70, 0.5), (5_000, 0.5)]
)
@pytest.mark.parametrize("is_correct", [False, True])
def test_each_character_above_the_free_ones_has_a_penalty(
    length: int, penalty: float, is_correct: bool
) -> None:
    inner = ReasoningEnv(MathMix())
    env = LengthPenalty(inner, per_char=0.01, free_chars=20)
    env.reset(seed=0)
    action = f"A: {inner.problem.gold if is_correct else 1000}".rjust(length)
    assert env.step(action)[1] == pytest.approx(float(is_correct) - penalty)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"per_char": -0.1}, "per_char must be a number of at least 0, got -0.1"),
        ({"per_char": float("nan")}, "per_char must be a number of at least 0"),
        ({"per_char": True}, "per_char must be a number of at least 0"),
        ({"max_penalty": "1"}, "max_penalty must be a number of at least 0"),
        ({"free_chars": -1}, "free_chars must be a whole number of at least 0"),
    ],
)
def test_a_bad_argument_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        LengthPenalty(ReasoningEnv(MathMix()), **options)
