"""The promises of batched infos."""

from typing import Any

import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import VectorEnv

from rethink_gym.envs.vector.info import batch_infos, info_of

INFOS: list[list[dict[str, Any]]] = [
    [{}, {}],
    [{"a": 1}, {"a": 2}],
    [{"a": 1, "b": 2.5}, {}, {"b": 0.5, "c": True}],
    [{}, {"text": "x", "none": None, "tuple": (1, 2)}, {"text": "", "none": "y", "tuple": ()}],
    [{"verdict": {"score": 1.0, "steps": ({"start": 0},)}}, {}, {"verdict": {"score": 0.5}}],
    [{"final_obs": "bye", "final_info": {"a": 1}, "a": 2}, {"a": 3}],
    [{"final_obs": {"not": "nested"}}, {}],
    [{"array": np.array([1.0, 2.0])}, {}, {"array": np.array([3.0, 4.0])}],
    [{"a": 1, "b": 2.5, "c": True}, {"a": 2, "b": 0.5, "c": False}],
    [{"a": 1, "b": 2}, {"b": 3, "a": 4}],
    [{"text": "x", "none": None, "tuple": (1, 2)}, {"text": "", "none": "y", "tuple": ()}],
    [{"verdict": {"score": 1.0, "steps": ({"s": 0},)}}, {"verdict": {"score": 0.5, "steps": ()}}],
    [{"verdict": {"score": 1.0, "in": {"a": 1}}}, {"verdict": {"score": 0.5, "in": {"b": 1}}}],
    [{"final_obs": "bye", "final_info": {"a": 1}}, {"final_obs": "", "final_info": {"a": 2}}],
    [{"final_obs": 1}, {"final_obs": 2}],
    [{"array": np.array([1.0, 2.0])}, {"array": np.array([3.0, 4.0])}],
    [{"a": 1}],
    [],
    [{"small": np.float32(0.5), "whole": np.int8(3)}, {"small": np.float32(1.5)}],
]


@pytest.mark.parametrize("infos", INFOS)
def test_batched_infos_are_what_gymnasium_makes_of_them(infos: list[dict[str, Any]]) -> None:
    env: VectorEnv[Any, Any, Any] = VectorEnv()
    env.num_envs = len(infos)
    expected: dict[str, Any] = {}
    for place, info in enumerate(infos):
        expected = env._add_info(expected, info, place)
    assert data_equivalence(batch_infos(infos), expected, exact=True)


@pytest.mark.parametrize("infos", INFOS)
def test_the_info_of_each_sub_environment_comes_back(infos: list[dict[str, Any]]) -> None:
    batched = batch_infos(infos)
    for place, info in enumerate(infos):
        assert data_equivalence(info_of(batched, place), as_plain(info), exact=True)


def as_plain(info: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.item() if isinstance(value, np.generic) else value for key, value in info.items()
    }
