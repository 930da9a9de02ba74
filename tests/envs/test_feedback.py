"""The promises of the feedback schemes."""

import gymnasium as gym
import pytest

from rethink_gym.envs import ReasoningEnv
from rethink_gym.envs.feedback import find_feedback
from rethink_gym.envs.prompt import CORRECTION, REASONS, RIGHT, WRONG
from rethink_gym.envs.registry import find_task_class
from rethink_gym.envs.tasks import MathMix
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
def test_each_scheme_says_what_it_promises(feedback: str, verdict: Verdict, message: str) -> None:
    assert find_feedback(feedback)(PROBLEM, verdict, 1) == message


def test_the_words_of_a_verifier_are_cut_to_a_sensible_length() -> None:
    message = find_feedback("reason")(PROBLEM, wrong(feedback="x" * 50_000), 1)
    assert len(message) < 2_200
    assert message.endswith("write the whole solution again.")


@pytest.mark.parametrize("message", [CORRECTION, RIGHT, WRONG, *REASONS.values()])
def test_no_instruction_gives_the_answer_away(message: str) -> None:
    assert not any(character.isdigit() for character in message)


def test_every_reason_but_right_and_wrong_has_words() -> None:
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
"""Wrong answers to the problems below that do not name the gold answer."""


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
def test_no_verifier_tells_the_gold_answer_by_its_reasons(verifier: Verifier, gold: str) -> None:
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
def test_no_task_tells_the_gold_answer_by_its_reasons(subject: str) -> None:
    env = gym.make(f"{subject}-v0", max_attempts=100, feedback="reason").unwrapped
    assert isinstance(env, ReasoningEnv)
    golds = [env.task.problem(index, "train").gold for index in range(12)]
    for index in range(12):
        prompt, _ = env.reset(options={"problem": index})
        gold = env.problem.gold
        if len(gold) < 4 or gold in prompt:
            continue  # it stands in many a text without being told
        for attempt in (*ATTEMPTS, *(f"A: {other}" for other in golds)):
            message = env.step(attempt)[0]
            assert env.verdicts[-1].correct or gold not in message.replace(attempt[3:], "")


def test_the_first_wrong_step_is_named_without_asking_for_a_step_verifier() -> None:
    env = ReasoningEnv(MathMix(), max_attempts=2, feedback="reason")
    env.reset(seed=0)
    assert "Step 2 of your solution is wrong." in env.step("1+1=2\n2+2=5\nA: 1000")[0]
    assert env.step(f"A: {env.problem.gold}")[1] == 1.0


def test_what_the_verifier_of_the_answer_says_is_told_where_steps_are_judged_too() -> None:
    problem = Problem("test/0", "Compute 1/4+1/4.", "1/2")
    verdict = StepVerifier(final=FormVerifier()).verify("1/4+1/4=2/4\nA: 2/4", problem)
    assert verdict.feedback
    assert verdict.feedback in find_feedback("reason")(problem, verdict, 1)


def test_an_unknown_scheme_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'verdict'"):
        find_feedback("verdicts")
