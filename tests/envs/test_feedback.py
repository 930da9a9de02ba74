"""The promises of the feedback schemes and of hints."""

import gymnasium as gym
import pytest

from rethink_gym.envs import ReasoningEnv
from rethink_gym.envs.feedback import find_feedback, hint_lines
from rethink_gym.envs.prompt import CORRECTION, HINT_REQUEST, NO_HINT, REASONS, RIGHT, WRONG
from rethink_gym.envs.registry import find_task_class
from rethink_gym.envs.tasks import LinearEquation, MathMix
from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, StepScore, Verdict
from rethink_gym.verifiers import MathVerifier, Verifier
from rethink_gym.verifiers.math.form import FormVerifier
from rethink_gym.verifiers.puzzles.countdown import CountdownVerifier
from rethink_gym.verifiers.steps import StepVerifier

PROBLEM = Problem("test/0", "Compute 2+2.", "4")
GOOD = Verdict(1.0, True, Reason.EQUAL, "4", "5 is not 4", feedback="words")
BAD = Verdict(0.0, False, Reason.DIFFERENT, "5", "5 is not 4")
STEPS = (StepScore(0, 3, 1.0), StepScore(4, 6, None), StepScore(7, 9, 0.0), StepScore(9, 9, 0.0))


def wrong(reason: Reason = Reason.DIFFERENT, **fields: object) -> Verdict:
    return Verdict(0.0, False, reason, "5", "5 is not 4", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("feedback", "verdict", "message"),
    [
        ("none", GOOD, CORRECTION),
        ("none", BAD, CORRECTION),
        ("verdict", GOOD, RIGHT),
        ("verdict", BAD, WRONG),
        ("reason", GOOD, RIGHT),
        ("reason", BAD, WRONG),
        ("reason", wrong(feedback="f(2) gives 3."),
         "Your answer is wrong. f(2) gives 3.\nFind the error, and write the whole solution "
         "again."),
        ("reason", wrong(feedback="f(2) gives 3.", steps=STEPS),
         "Your answer is wrong. f(2) gives 3.\nFind the error, and write the whole solution "
         "again."),
        ("reason", wrong(steps=STEPS),
         "Your answer is wrong. Step 3 of your solution is wrong.\nFind the error, and write the "
         "whole solution again."),
        ("reason", wrong(steps=STEPS[:2]), WRONG),
        ("reason", wrong(Reason.NO_ANSWER, steps=STEPS), REASONS[Reason.NO_ANSWER]),
        ("reason", wrong(Reason.UNREADABLE), REASONS[Reason.UNREADABLE]),
        ("reason", wrong(Reason.OVER_LIMIT), REASONS[Reason.OVER_LIMIT]),
        ("reason", wrong(Reason.TIMED_OUT), REASONS[Reason.TIMED_OUT]),
        ("reason", wrong(Reason.ERROR), REASONS[Reason.ERROR]),
        (lambda problem, verdict, attempt: f"{problem.id} {verdict.answer} {attempt}", BAD,
         "test/0 5 1"),
    ],
)  # fmt: skip
def test_each_scheme_returns_its_message(feedback: str, verdict: Verdict, message: str) -> None:
    assert find_feedback(feedback)(PROBLEM, verdict, 1) == message


def test_the_text_of_a_verifier_is_truncated() -> None:
    message = find_feedback("reason")(PROBLEM, wrong(feedback="x" * 50_000), 1)
    assert len(message) < 2_200
    assert message.endswith("write the whole solution again.")


@pytest.mark.parametrize("message", [CORRECTION, RIGHT, WRONG, *REASONS.values()])
def test_no_instruction_reveals_the_answer(message: str) -> None:
    assert not any(character.isdigit() for character in message)


def test_every_reason_but_equal_and_different_has_a_message() -> None:
    assert set(Reason) - set(REASONS) == {Reason.EQUAL, Reason.DIFFERENT}


ATTEMPTS = [
    "",
    "   ",
    "no idea",
    "A: 5",
    "2+2=5\nA: 5",
    "A: (((",
    "A: 1/0",
    "A: " + "9" * 5_000,
    "A: 2^2^2^2^2^2",
    "A: x+1",
    "\\boxed{1,2}",
    "A: 6*6*6",
    "A: 6*99",
]
"""Incorrect answers to the problems below that do not contain the gold answer."""


@pytest.mark.parametrize(
    ("verifier", "gold"),
    [
        (MathVerifier(), "8675309"),
        (MathVerifier(units="required"), "8675309 km"),
        (MathVerifier(mode="answer"), "\\frac{8675309}{7}"),
        (StepVerifier(), "8675309"),
        (StepVerifier(score="steps", use_reference=True), "8675309"),
        (CountdownVerifier(), "(7-4)*6*13"),
        (FormVerifier(), "8675309"),
    ],
    ids=str,
)
def test_no_verifier_reveals_the_gold_answer_by_its_reasons(verifier: Verifier, gold: str) -> None:
    problem = Problem("test/0", "A question.", gold, f"8675308+1=8675309\nA: {gold}")
    for attempt in ATTEMPTS:
        verdict = verifier.verify(attempt, problem)
        assert not verdict.correct, attempt
        message = find_feedback("reason")(problem, verdict, 1)
        assert gold not in message
        assert "8675309" not in message


GENERATED = sorted(
    env_id.removesuffix("-v0")
    for env_id, spec in gym.registry.items()
    if str(spec.entry_point).startswith("rethink_gym.")
    and not env_id.endswith(("SelfCorrect-v0", "Steps-v0"))
    and not find_task_class(spec.kwargs["task"]).reads_files
)


@pytest.mark.parametrize("subject", GENERATED)
def test_no_task_reveals_the_gold_answer_by_its_reasons(subject: str) -> None:
    env = gym.make(f"{subject}-v0", max_attempts=100, feedback="reason").unwrapped
    assert isinstance(env, ReasoningEnv)
    golds = [env.task.problem(index, "train").gold for index in range(12)]
    for index in range(12):
        prompt, _ = env.reset(options={"problem": index})
        gold = env.problem.gold
        if len(gold) < 4 or gold in prompt:
            continue  # many texts contain it by chance
        for attempt in (*ATTEMPTS, *(f"A: {other}" for other in golds)):
            message = env.step(attempt)[0]
            assert env.verdicts[-1].correct or gold not in message.replace(attempt[3:], "")


def test_the_first_wrong_step_is_named_without_asking_for_a_step_verifier() -> None:
    env = ReasoningEnv(MathMix(), max_attempts=2, feedback="reason")
    env.reset(seed=0)
    assert "Step 2 of your solution is wrong." in env.step("1+1=2\n2+2=5\nA: 1000")[0]
    assert env.step(f"A: {env.problem.gold}")[1] == 1.0


def test_the_feedback_of_the_answer_verifier_is_kept_where_steps_are_scored_too() -> None:
    problem = Problem("test/0", "Compute 1/4+1/4.", "1/2")
    verdict = StepVerifier(final=FormVerifier()).verify("1/4+1/4=2/4\nA: 2/4", problem)
    assert verdict.feedback
    assert verdict.feedback in find_feedback("reason")(problem, verdict, 1)


def test_an_unknown_scheme_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'verdict'"):
        find_feedback("verdicts")


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
def test_hints_end_before_the_first_line_that_contains_the_answer(
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


def test_a_hint_costs_no_attempt_and_has_no_reward() -> None:
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
    assert [each is not None for each in env.action_verdicts] == [False, True, False, True]


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


def test_without_another_line_the_environment_answers_that_there_is_none() -> None:
    env = ReasoningEnv(MathMix(), max_hints=20)
    env.reset(seed=0)
    hints = [env.step(HINT_REQUEST)[0] for _ in range(20)]
    assert hints[-1] == NO_HINT
    assert not any(f"={env.problem.gold}\n" in hint for hint in hints)


def test_hints_are_in_the_rendered_dialogue_without_a_number() -> None:
    env = ReasoningEnv(MathMix(), max_hints=1, render_mode="ansi")
    env.reset(seed=0)
    env.step(HINT_REQUEST)
    env.step("A: 1000")
    rendered = env.render()
    assert rendered is not None
    assert f"assistant\n  {HINT_REQUEST}" in rendered
    assert "assistant, attempt 1\n  A: 1000\n  ✗ different" in rendered


def test_without_hints_the_prompt_offers_none() -> None:
    env = ReasoningEnv(MathMix())
    prompt, info = env.reset(seed=0)
    assert prompt == env.problem.prompt
    assert "hints" not in info
    assert env.step(HINT_REQUEST)[2]
