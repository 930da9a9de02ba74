"""The promises of hints."""

import pytest

from rethink_gym.envs import ReasoningEnv
from rethink_gym.envs.feedback import hint_lines
from rethink_gym.envs.prompt import HINT_REQUEST, NO_HINT
from rethink_gym.envs.tasks import LinearEquation, MathMix
from rethink_gym.problem import Problem

HINTED = Problem("test/0", "Compute 2+3+4+1.", "10", "2+3=5\n\n5+4=9\n9+1=10\nA: 10")


@pytest.mark.parametrize(
    ("solution", "gold", "lines"),
    [
        (HINTED.solution, "10", ["2+3=5", "5+4=9"]),
        (None, "10", []),
        ("", "10", []),
        ("A: 10", "10", []),
        ("so much for now\n#### 10", "10", ["so much for now"]),
        ("first\nso \\boxed{10}", "10", ["first"]),
        ("2x=4\nx=2\nA: 2", "2", ["2x=4"]),
        ("There are 10 of them.\nA: 10", "10", []),
        ("There are 100 or 10.5 of them.\nA: 10", "10", ["There are 100 or 10.5 of them."]),
        ("10+2=12\n12-2=10\nA: 10", "10", ["10+2=12"]),
        ("5-7=-2\nA: -2", "-2", []),
        ("say yes\nthen Yes\nA: yes", "yes", []),
    ],
)
def test_lines_are_told_up_to_the_first_that_comes_to_the_answer(
    solution: str | None, gold: str, lines: list[str]
) -> None:
    assert list(hint_lines(Problem("test/0", "?", gold, solution))) == lines


@pytest.mark.parametrize("task", [MathMix(), MathMix(level=3), LinearEquation(two_sided=True)])
def test_no_hint_of_a_generated_problem_ends_in_its_answer(task: MathMix) -> None:
    problems = [task.problem(index, "train") for index in range(200)]
    for problem in problems:
        for line in hint_lines(problem):
            assert not line.endswith(f"={problem.gold}")
            assert not line.startswith("A:")
    assert sum(map(len, map(hint_lines, problems))) > 200


def test_a_hint_costs_no_attempt_and_earns_nothing() -> None:
    env = ReasoningEnv(MathMix(), max_attempts=2, max_hints=2, reward="per_attempt")
    prompt, info = env.reset(options={"problem": 3})
    assert prompt.startswith(env.problem.prompt)
    assert prompt.endswith(f'writing only "{HINT_REQUEST}" Hints left: 2.')
    assert info == {"problem_id": env.problem.id, "attempt": 0, "hints": 0}
    lines = hint_lines(env.problem)
    observation, reward, terminated, truncated, info = env.step(HINT_REQUEST)
    assert observation == f"Hint: {lines[0]}\nWrite the whole solution."
    assert (reward, terminated, truncated) == (0.0, False, False)
    assert info == {"problem_id": env.problem.id, "attempt": 0, "hints": 1}
    assert env.step("A: 1000")[4]["attempt"] == 1
    assert env.step(HINT_REQUEST)[4] == {
        "problem_id": env.problem.id,
        "attempt": 1,
        "hints": 2,
    }
    assert env.step(f"A: {env.problem.gold}")[1:3] == (1.0, True)
    assert [each is not None for each in env.judgements] == [False, True, False, True]


def test_a_request_beyond_the_budget_is_an_attempt() -> None:
    env = ReasoningEnv(MathMix(), max_attempts=1, max_hints=1)
    env.reset(seed=0)
    env.step(HINT_REQUEST)
    _, reward, terminated, _, info = env.step(HINT_REQUEST)
    assert (reward, terminated, info["verdict"]["correct"]) == (0.0, True, False)


@pytest.mark.parametrize("action", ["hint, please.", f" {HINT_REQUEST}", f"{HINT_REQUEST}\nA: 1"])
def test_anything_but_the_exact_request_is_an_attempt(action: str) -> None:
    env = ReasoningEnv(MathMix(), max_hints=1)
    env.reset(seed=0)
    assert env.step(action)[2]


def test_without_a_further_line_the_environment_says_so() -> None:
    env = ReasoningEnv(MathMix(), max_hints=20)
    env.reset(seed=0)
    said = [env.step(HINT_REQUEST)[0] for _ in range(20)]
    assert said[-1] == NO_HINT
    assert not any(f"={env.problem.gold}\n" in text for text in said)


def test_hints_stand_in_the_rendered_dialogue_without_a_number() -> None:
    env = ReasoningEnv(MathMix(), max_hints=1, render_mode="ansi")
    env.reset(seed=0)
    env.step(HINT_REQUEST)
    env.step("A: 1000")
    rendered = env.render()
    assert rendered is not None
    assert f"assistant\n  {HINT_REQUEST}" in rendered
    assert "assistant, attempt 1\n  A: 1000\n  ✗ different" in rendered


def test_the_prompt_offers_no_hint_where_there_is_none() -> None:
    env = ReasoningEnv(MathMix())
    prompt, info = env.reset(seed=0)
    assert prompt == env.problem.prompt
    assert "hints" not in info
    assert env.step(HINT_REQUEST)[2]
