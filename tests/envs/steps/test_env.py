"""The promises of the environment of single steps."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from rethink_gym.envs import ReasoningEnv, StepEnv, TextVectorEnv, info_of
from rethink_gym.envs.prompt import NEXT_STEP, STEP_RIGHT, STEP_WRONG
from rethink_gym.envs.tasks import MathMix
from rethink_gym.envs.tasks.countdown import Countdown
from rethink_gym.errors import ActionError, ArgumentError, VerifierError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers.steps import StepVerifier

RIGHT, WRONG, PROSE = "50+50=100", "50+50=99", "Let us see."
"""The numbers are too large to be results of the worked solution of a problem of level 1."""


def make_env(**options: Any) -> StepEnv:
    return StepEnv(MathMix(), **options)


def start(**options: Any) -> StepEnv:
    env = make_env(**options)
    env.reset(seed=0)
    return env


def solution_of(env: StepEnv) -> list[str]:
    return (env.problem.solution or "").splitlines()


def rewards_of(env: StepEnv, actions: Sequence[str]) -> list[float]:
    """Play a whole episode, and return its rewards."""
    env.reset(options={"problem": 0})
    rewards: list[float] = []
    for action in actions:
        _, reward, terminated, _, _ = env.step(action.format(gold=env.problem.gold))
        rewards.append(reward)
        if terminated:
            break
    return rewards


def test_the_worked_solution_has_the_return_one() -> None:
    env = make_env(max_steps=16)
    prompt, info = env.reset(seed=0)
    assert prompt.startswith(f"{env.problem.prompt}\nWrite one step at a time")
    assert prompt.endswith("Steps left: 16.")
    assert info == {"problem_id": env.problem.id, "step": 0}
    lines = solution_of(env)
    total = 0.0
    for number, line in enumerate(lines, start=1):
        observation, reward, terminated, truncated, info = env.step(line)
        total += reward
        is_last = number == len(lines)
        assert observation == ("" if is_last else NEXT_STEP.format(left=16 - number))
        assert (terminated, truncated) == (is_last, False)
        assert info["step"] == number
        assert info["verdict"]["correct"] is is_last
        assert info["verdict"]["score"] == 1.0
        assert (info["verdict"]["detail"], info["verdict"]["feedback"]) == ("", "")
        assert reward == 1 / 16 or is_last
    assert total == pytest.approx(1.0)
    assert env.steps == tuple(lines)


@pytest.mark.parametrize(
    ("action", "score", "newest"),
    [
        (RIGHT, 0.5, 0.5),  # right, and no result of the worked solution
        (WRONG, 0.0, 0.0),
        (PROSE, 0.0, None),
        ("", 0.0, None),
        (f"{RIGHT}\n60+60=120", 0.5, 0.5),
        (f"{RIGHT}\n60+60=121", 0.0, 0.0),
    ],
)
def test_a_step_is_scored_by_what_it_claims(
    action: str, score: float, newest: float | None
) -> None:
    env = start(max_steps=10)
    _, reward, terminated, _, info = env.step(action)
    assert reward == score / 10
    assert not terminated
    assert info["verdict"]["reason"] == "no_answer"
    assert [step["score"] for step in info["verdict"]["steps"]] == [newest]


@pytest.mark.parametrize(
    "action",
    ["A: 7", "So we have it.\nA: 7", "**Answer:** 7", "Final answer: 7", "\\boxed{7}", "#### 7",
     "  a line\n> A: 7"],
)  # fmt: skip
def test_a_marked_answer_ends_the_episode(action: str) -> None:
    env = start()
    _, reward, terminated, _, info = env.step(action)
    assert terminated
    assert reward == 0.0
    assert info["verdict"]["answer"] == "7"
    assert info["verdict"]["reason"] == "different"


@pytest.mark.parametrize("action", ["a: the apples", "Add: 5", "A=5", "the answer is 7", "7"])
def test_what_is_not_marked_is_a_step(action: str) -> None:
    assert not start().step(action)[2]


def test_the_final_answer_is_verified_alone() -> None:
    env = start()
    env.step("First I write down 12345.")
    assert env.step("A: ")[4]["verdict"]["reason"] == "no_answer"


@pytest.mark.parametrize(
    ("feedback", "action", "message"),
    [
        ("none", WRONG, NEXT_STEP),
        ("verdict", RIGHT, f"{STEP_RIGHT} {NEXT_STEP}"),
        ("verdict", WRONG, f"{STEP_WRONG} {NEXT_STEP}"),
        ("verdict", PROSE, NEXT_STEP),
        (lambda problem, verdict, step: f"{problem.id[:4]} {verdict.score} {step}", WRONG,
         "math 0.0 1"),
    ],
)  # fmt: skip
def test_the_feedback_is_that_of_its_scheme(feedback: Any, action: str, message: str) -> None:
    env = start(max_steps=5, feedback=feedback)
    assert env.step(action)[0] == message.format(left=4)


def test_the_last_step_without_an_answer_terminates_with_a_return_of_zero() -> None:
    env = start(max_steps=3)
    rewards = [env.step(RIGHT)[1], env.step(RIGHT)[1]]
    assert min(rewards) > 0
    _, reward, terminated, truncated, info = env.step(RIGHT)
    assert (terminated, truncated) == (True, False)
    assert sum(rewards) + reward == pytest.approx(0.0)
    assert not info["verdict"]["correct"]


def test_a_solution_that_grows_too_long_ends_without_being_verified() -> None:
    env = start(max_solution_chars=100)
    env.step("x" * 60)
    _, reward, terminated, _, info = env.step(f"A: {env.problem.gold}".ljust(41))
    assert (reward, terminated, info["verdict"]["reason"]) == (0.0, True, "over_limit")
    with pytest.raises(ActionError, match="at most 20000 characters"):
        start().step("x" * 20_001)


@pytest.mark.parametrize("reward", ["dense", "sparse"])
def test_the_return_of_an_episode_is_the_score_of_its_answer(reward: str) -> None:
    env = make_env(reward=reward, max_steps=4)
    for steps in product((RIGHT, WRONG, PROSE), repeat=3):
        assert sum(rewards_of(env, [*steps, "A: {gold}"])) == pytest.approx(1.0)
        assert sum(rewards_of(env, [*steps, "A: 12345"])) == pytest.approx(0.0)
        assert sum(rewards_of(env, [*steps, PROSE])) == pytest.approx(0.0)


@pytest.mark.parametrize("reward", ["dense", "sparse"])
@pytest.mark.parametrize("ending", ["A: {gold}", "A: 12345", PROSE])
def test_being_wrong_first_never_pays(reward: str, ending: str) -> None:
    env = make_env(reward=reward, max_steps=4)

    def returns(steps: Sequence[str]) -> list[float]:
        rewards = rewards_of(env, [*steps, ending])
        return [
            sum(reward * discount**turn for turn, reward in enumerate(rewards))
            for discount in (1.0, 0.9, 0.5, 0.1)
        ]

    for length in (1, 2, 3):
        for steps in product((RIGHT, WRONG), repeat=length):
            own_returns = returns(steps)
            for turn, step in enumerate(steps):
                if step is WRONG:
                    mended = returns([*steps[:turn], RIGHT, *steps[turn + 1 :]])
                    assert all(a >= b - 1e-9 for a, b in zip(mended, own_returns, strict=True))
            if steps[0] is WRONG and ending != PROSE:
                shorter = returns(steps[1:])
                assert all(a >= b - 1e-9 for a, b in zip(shorter, own_returns, strict=True))


def score_by_length(problem: Problem, steps: Sequence[str]) -> float | None:
    return min(len(steps[-1]) / 10, 1.0) if steps[-1] else None


def verdict_count(verdicts: Sequence[Verdict]) -> float:
    return float(len(verdicts))


def test_steps_may_be_scored_by_a_function_a_verifier_or_a_custom_reward() -> None:
    env = start(steps=score_by_length, max_steps=10)
    assert [env.step(text)[1] for text in ("12345", "", "x" * 50)] == [0.05, 0.0, 0.1]
    env = start(steps=StepVerifier(), max_steps=10)
    assert env.step(RIGHT)[1] == 0.1
    env = start(reward=verdict_count)
    assert [env.step(RIGHT)[1], env.step("A: 1")[1]] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"reward": lambda _: float("nan")}, ArgumentError, "must be a finite number"),
        ({"feedback": lambda *_: None}, ArgumentError, "a text of at most 20000 characters"),
        ({"steps": lambda *_: 1.5}, VerifierError, r"a number in \[0, 1\], got 1.5"),
    ],
)
def test_a_function_that_returns_nonsense_is_refused(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        start(**options).step(RIGHT)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": "claim"}, "steps must be one of 'claims', 'moves'.* Did you mean 'claims'"),
        ({"max_steps": 0}, "max_steps must be a whole number of at least 1"),
        ({"max_solution_chars": 0}, "max_solution_chars must be a whole number"),
        ({"feedback": "reason"}, "feedback must be one of 'none', 'verdict'"),
        ({"reward": "progress"}, "reward must be one of 'dense', 'sparse'"),
        ({"split": "tst"}, "Did you mean 'test'"),
    ],
)
def test_a_bad_argument_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make_env(**options)


def test_steps_are_rendered_with_their_scores() -> None:
    env = start(render_mode="ansi")
    for action in (RIGHT, PROSE, WRONG, "A: 12345"):
        env.step(action)
    rendered = env.render()
    assert rendered is not None
    for shown in (
        "step 1\n  50+50=100\n  · score 0.5",
        "· not checked",
        "· score 0",
        "✗ different",
    ):
        assert shown in rendered


def test_steps_and_attempts_are_played_side_by_side() -> None:
    env = TextVectorEnv(
        [make_env, lambda: ReasoningEnv(MathMix()), lambda: StepEnv(Countdown(), steps="moves")]
    )
    _, infos = env.reset(seed=0)
    assert info_of(infos, 0)["step"] == 0
    assert info_of(infos, 1)["attempt"] == 0
    assert info_of(infos, 2)["numbers"]
    _, rewards, terminations, _, _ = env.step((RIGHT, "A: 12345", "1000+1=1001"))
    assert rewards.tolist() == [1 / 32, 0.0, 0.0]
    assert terminations.tolist() == [False, True, False]
