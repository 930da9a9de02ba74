"""The promises of the space of texts."""

import pickle
import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.spaces import Text, Tuple
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv
from gymnasium.vector.utils import batch_space

from rethink_gym.envs import FreeText, ReasoningEnv
from rethink_gym.envs.tasks import MathMix
from rethink_gym.errors import ArgumentError


@pytest.mark.parametrize(
    ("text", "is_inside"),
    [
        ("", True),
        ("12345", True),
        ("\n\t \0", True),
        ("é∞🦆", True),
        ("\ud800", True),
        (np.str_("42"), True),
        ("123456", False),
        (b"42", False),
        (42, False),
        (None, False),
        (["4", "2"], False),
    ],
)
def test_any_text_up_to_the_bound_is_inside_and_nothing_else(text: object, is_inside: bool) -> None:
    assert (text in FreeText(5)) is is_inside


def test_samples_are_inside_and_can_be_written_as_utf_8() -> None:
    space = FreeText(50, seed=1)
    samples = [space.sample() for _ in range(300)]
    assert all(sample in space for sample in samples)
    assert "".join(samples).encode().decode() == "".join(samples)
    assert min(map(len, samples)) == 0
    assert max(map(len, samples)) > 40
    assert any(not sample.isascii() for sample in samples)


def test_equal_seeds_give_equal_samples() -> None:
    first, second, other = FreeText(99, seed=7), FreeText(99, seed=7), FreeText(99, seed=8)
    drawn = [first.sample() for _ in range(20)]
    assert drawn == [second.sample() for _ in range(20)]
    assert drawn != [other.sample() for _ in range(20)]


@pytest.mark.parametrize("copied", [deepcopy, lambda space: pickle.loads(pickle.dumps(space))])
def test_a_copy_is_equal_and_draws_the_same(copied: Callable[[FreeText], FreeText]) -> None:
    space = FreeText(30, seed=3)
    space.sample()
    copy = copied(space)
    assert copy == space
    assert hash(copy) == hash(space)
    assert copy.sample() == space.sample()


def test_spaces_are_equal_by_their_bound_only() -> None:
    assert FreeText(5, seed=1) == FreeText(5)
    assert FreeText(5) != FreeText(6)
    assert FreeText(5) != Text(5)
    assert repr(FreeText(5)) == "FreeText(5)"


def test_json_data_comes_back() -> None:
    space = FreeText(9)
    assert space.from_jsonable(space.to_jsonable(["", "é\n"])) == ["", "é\n"]


@pytest.mark.parametrize("bound", [0, -1, 2.5, True, "9", None])
def test_a_bound_that_is_not_a_count_is_refused(bound: Any) -> None:
    with pytest.raises(ArgumentError, match="max_chars must be a whole number of at least 1"):
        FreeText(bound)


def test_a_mask_is_refused() -> None:
    with pytest.raises(ArgumentError, match="None for a space of texts"):
        FreeText(9).sample(mask=np.zeros(3))


def test_batches_are_tuples_that_sample_different_texts() -> None:
    batch = batch_space(FreeText(500, seed=4), 8)
    assert batch == Tuple([FreeText(500)] * 8)
    assert len(set(batch.sample())) > 1


def make_env(max_chars: int = 200) -> ReasoningEnv:
    return ReasoningEnv(MathMix(), max_chars=max_chars)


def test_sync_vector_envs_of_different_bounds_work() -> None:
    env = SyncVectorEnv([lambda: make_env(200), lambda: make_env(200)])
    assert env.observation_space == Tuple([FreeText(200)] * 2)
    observations, _ = env.reset(seed=0)
    assert observations in env.observation_space
    mixed = gym.vector.utils.batch_differing_spaces([FreeText(200), FreeText(300)])
    assert mixed == Tuple([FreeText(200), FreeText(300)])


def test_the_default_async_vector_env_fails_loudly_instead_of_garbling() -> None:
    with pytest.raises(ValueError, match=re.escape("shared_memory=False")):
        AsyncVectorEnv([make_env, make_env])


def test_an_async_vector_env_without_shared_memory_returns_the_same_texts() -> None:
    sync = SyncVectorEnv([make_env, make_env])
    env = AsyncVectorEnv([make_env, make_env], shared_memory=False, context="spawn")
    try:
        assert env.reset(seed=5)[0] == sync.reset(seed=5)[0]
        assert env.step(("A: 1", "A: 2"))[0] == sync.step(("A: 1", "A: 2"))[0]
        assert env.step(("", ""))[0] == sync.step(("", ""))[0]
    finally:
        env.close()
