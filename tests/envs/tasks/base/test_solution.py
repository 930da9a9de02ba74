"""Worked solutions, replayed step by step, are correct in every step environment."""

from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest

from rethink_gym.envs.steps.env import StepEnv
from rethink_gym.envs.tasks.base.solution import solution_steps
from rethink_gym.problem import Problem

GSM8K = Path(__file__).parents[2] / "data" / "gsm8k"
STEP_IDS: dict[str, dict[str, Any]] = {
    "CountdownSteps-v0": {},
    "GSM8KSteps-v0": {"data": GSM8K},
    "MathSteps-v0": {},
}


def test_every_step_id_is_replayed() -> None:
    registered = {name for name in gym.registry if name.endswith("Steps-v0")}
    assert registered == set(STEP_IDS)


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize(
    ("env_id", "options"),
    [
        *STEP_IDS.items(),
        ("CountdownSteps-v0", {"min_numbers": 5, "max_numbers": 6, "use_all": True}),
        *[("MathSteps-v0", {"level": level, "max_steps": 40}) for level in (2, 3, 4, 5)],
    ],
)
def test_a_worked_solution_is_accepted_step_by_step_and_earns_the_whole_reward(
    env_id: str, options: dict[str, Any], split: str
) -> None:
    env = gym.make(env_id, split=split, **options).unwrapped
    assert isinstance(env, StepEnv)
    for index in range(min(20, env.task.size(split))):
        env.reset(options={"problem": index})
        steps = solution_steps(env.problem)
        total_reward = 0.0
        terminated = False
        num_steps = 0
        while not terminated:
            _, reward, terminated, _, info = env.step(steps[num_steps])
            total_reward += float(reward)
            num_steps += 1
            # No step is refuted: the last score is that of the newest step.
            assert not (scores := info["verdict"]["steps"]) or scores[-1]["score"] != 0
        assert info["verdict"]["correct"]
        assert total_reward == pytest.approx(1.0)
        # The move that reaches the target ends the episode: the answer line is left over.
        if env_id == "CountdownSteps-v0":
            assert num_steps < len(steps)
        else:
            assert num_steps == len(steps)


def test_blank_lines_are_no_steps() -> None:
    problem = Problem("p", "Compute 1+2+3.", "6", "1+2=3\n\n  \n3+3=6\nA: 6")
    assert solution_steps(problem) == ["1+2=3", "3+3=6", "A: 6"]


def test_a_problem_without_a_worked_solution_has_no_steps() -> None:
    assert solution_steps(Problem("p", "Compute 1+2+3.", "6")) == []
