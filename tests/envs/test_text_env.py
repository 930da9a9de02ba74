"""The promises of every text environment, ours or derived: what learners read, and its turns."""

from typing import Any, ClassVar

import gymnasium as gym
import pytest

from rethink_gym.conversation import Role
from rethink_gym.envs import Task, TextEnv, TextVectorEnv
from rethink_gym.envs.tasks import Arithmetic, MathMix
from rethink_gym.envs.testing import check_text_env
from rethink_gym.envs.text_env import Question
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers import Verifier


class Calculator(TextEnv):
    """Compute a sum; an action that starts with ``calc`` is a call of a tool."""

    action_noun: ClassVar = "answer"

    def start_episode(self, problem: Problem) -> dict[str, Any]:
        return {"problem_id": problem.id}

    def question(self, action: str) -> Question | None:
        is_call = action.startswith("calc")
        return None if is_call else Question(self.verifier, action, self.problem)

    def advance(
        self, action: str, verdict: Verdict | None
    ) -> tuple[str, float, bool, bool, dict[str, Any]]:
        is_over = verdict is not None
        observation = "" if is_over else f"{action.count('+') + 1} numbers"
        self.record_turn(action, observation, verdict, is_over=is_over)
        score = 0.0 if verdict is None else verdict.score
        info = {} if verdict is None else {"verdict": self.public_verdict(verdict)}
        return observation, score, is_over, False, {"problem_id": self.problem.id, **info}


@pytest.mark.parametrize(
    ("env_id", "has_attempts", "max_attempts", "reward_scheme"),
    [
        ("Math-v0", True, 1, "sparse"),
        ("MathSelfCorrect-v0", True, 2, "per_attempt"),
        ("MathSteps-v0", False, 1, "dense"),
        ("CountdownSteps-v0", False, 1, "dense"),
    ],
)
def test_learners_can_read_how_an_environment_is_played(
    env_id: str, has_attempts: bool, max_attempts: int, reward_scheme: str
) -> None:
    env = gym.make(env_id)
    envs = [
        gym.make_vec(env_id, num_envs=2, vectorization_mode=mode)
        for mode in ("vector_entry_point", "sync")
    ]
    expected = {
        "has_attempts": has_attempts,
        "max_attempts": max_attempts,
        "num_problems": MathMix().size("train"),
        "reward_scheme": reward_scheme,
        "split": "train",
    }
    for name, value in expected.items():
        assert env.get_wrapper_attr(name) == value
        assert [each.get_attr(name) for each in envs] == [(value, value)] * 2  # type: ignore[attr-defined]
    for name, kind in (("task", Task), ("verifier", Verifier)):
        assert isinstance(env.get_wrapper_attr(name), kind)
        assert all(isinstance(each.get_attr(name)[0], kind) for each in envs)  # type: ignore[attr-defined]


def test_a_turn_without_a_verdict_is_part_of_the_dialogue() -> None:
    env = Calculator(Arithmetic(), render_mode="ansi")
    prompt, _ = env.reset(seed=0)
    assert env.step("calc 1+2+3")[:4] == ("3 numbers", 0.0, False, False)
    answer = f"A: {env.problem.gold}"
    assert env.step(answer)[:4] == ("", 1.0, True, False)
    assert [(message.role, message.content) for message in env.conversation] == [
        (Role.USER, prompt),
        (Role.ASSISTANT, "calc 1+2+3"),
        (Role.USER, "3 numbers"),
        (Role.ASSISTANT, answer),
    ]
    [verdict] = env.verdicts
    assert env.action_verdicts == (None, verdict)
    rendered = env.render()
    assert rendered is not None
    assert rendered.endswith(f"assistant, answer 1\n  {answer}\n  ✓ correct")


def test_a_derived_environment_keeps_every_promise() -> None:
    check_text_env(Calculator(MathMix()), num_samples=200)


def test_a_derived_environment_can_be_played_in_a_vector() -> None:
    envs = TextVectorEnv([lambda: Calculator(Arithmetic())] * 2)
    envs.reset(seed=0)
    golds = [problem.gold for problem in envs.get_attr("problem")]
    assert envs.step(["calc 1+1", f"A: {golds[1]}"])[1].tolist() == [0.0, 1.0]
    assert envs.get_attr("has_attempts") == (True, True)
