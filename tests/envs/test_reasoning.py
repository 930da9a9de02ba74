"""The promises of the reasoning environment."""

import pickle
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from gymnasium.error import ResetNeeded

from rethink_gym.conversation import Role
from rethink_gym.envs import ReasoningEnv, ResetNeededError
from rethink_gym.envs.prompt import CORRECTION, RIGHT, WRONG
from rethink_gym.envs.tasks import MathMix
from rethink_gym.errors import ActionError, ArgumentError, DataError
from rethink_gym.verdict import Verdict


def make_env(**options: Any) -> ReasoningEnv:
    return ReasoningEnv(MathMix(), **options)


def right(env: ReasoningEnv) -> str:
    return f"A: {env.problem.gold}"


def test_one_attempt_ends_the_episode_with_its_score() -> None:
    env = make_env()
    prompt, info = env.reset(seed=0)
    assert prompt == env.problem.prompt
    assert info == {"problem_id": env.problem.id, "attempt": 0}
    observation, reward, terminated, truncated, info = env.step(right(env))
    assert (observation, reward, terminated, truncated) == ("", 1.0, True, False)
    assert info["attempt"] == 1
    assert info["problem_id"] == env.problem.id
    assert Verdict.from_dict(info["verdict"]) == replace(env.verdicts[0], detail="")
    assert env.verdicts[0].correct


def test_the_gold_answer_is_not_in_the_info() -> None:
    env = make_env(max_attempts=2)
    env.reset(options={"problem": 0})
    info = env.step("A: 777")[4]
    assert env.problem.gold in env.verdicts[0].detail
    assert not any(env.problem.gold in str(value) for value in info["verdict"].values())


@pytest.mark.parametrize(
    ("feedback", "messages"),
    [
        ("none", [CORRECTION, CORRECTION, ""]),
        ("verdict", [WRONG, RIGHT, ""]),
        (lambda problem, verdict, attempt: f"{attempt} {verdict.correct}",
         ["1 False", "2 True", ""]),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("reward", "rewards", "name"),
    [
        ("sparse", [0.0, 0.0, 0.0], "sparse"),
        ("per_attempt", [0.0, 1.0, 0.0], "per_attempt"),
        ("progress", [0.0, 1.0, -1.0], "progress"),
        (lambda verdicts: len(verdicts) + verdicts[0].score, [1.0, 2.0, 3.0], "callable"),
    ],
)
def test_feedback_and_reward_follow_their_schemes(
    feedback: Any, messages: list[str], reward: Any, rewards: list[float], name: str
) -> None:
    env = make_env(max_attempts=3, feedback=feedback, reward=reward)
    assert env.reward_scheme == name
    prompt, _ = env.reset(seed=1)
    actions = ["A: 99999", right(env), "no idea"]
    steps = [env.step(action) for action in actions]
    assert [step[0] for step in steps] == messages
    assert [step[1] for step in steps] == rewards
    assert [step[2] for step in steps] == [False, False, True]
    assert not any(step[3] for step in steps)
    assert [step[4]["attempt"] for step in steps] == [1, 2, 3]
    assert [(message.role, message.content) for message in env.conversation] == [
        (Role.USER, prompt),
        (Role.ASSISTANT, actions[0]),
        (Role.USER, messages[0]),
        (Role.ASSISTANT, actions[1]),
        (Role.USER, messages[1]),
        (Role.ASSISTANT, actions[2]),
    ]


def test_equal_seeds_draw_equal_problems() -> None:
    def draw(seed: int) -> list[str]:
        env = make_env()
        first = env.reset(seed=seed)[1]["problem_id"]
        return [first, *(env.reset()[1]["problem_id"] for _ in range(5))]

    assert draw(3) == draw(3)
    assert draw(3) != draw(4)
    assert len(set(draw(3))) == 6


@pytest.mark.parametrize("index", [0, 9_999, np.int64(17)])
def test_a_problem_can_be_chosen(index: int) -> None:
    env = make_env(split="test")
    prompt, info = env.reset(options={"problem": index})
    assert prompt == MathMix().problem(int(index), "test").prompt
    assert info["problem_id"] == f"math/level1/test/{index}"


def test_choosing_a_problem_draws_nothing() -> None:
    chosen, drawn = make_env(), make_env()
    chosen.reset(seed=0, options={"problem": 5})
    chosen.reset(options={"problem": 6})
    assert chosen.reset()[0] == drawn.reset(seed=0)[0]


@pytest.mark.parametrize("mid_episode", [True, False])
@pytest.mark.parametrize("copied", [deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
def test_a_copy_continues_like_the_original(
    copied: Callable[[ReasoningEnv], ReasoningEnv], mid_episode: bool
) -> None:
    env = make_env(max_attempts=2, reward="progress", feedback="verdict")
    env.reset(seed=2)
    if mid_episode:
        env.step("A: 5")
    copy = copied(env)
    actions = [right(env)] if mid_episode else ["nothing", right(env)]
    assert [copy.step(action) for action in actions] == [env.step(action) for action in actions]
    assert copy.reset() == env.reset()


def test_the_dialogue_is_rendered_only_if_asked_for() -> None:
    env = make_env(render_mode="ansi")
    env.reset(options={"problem": 3})
    env.step(right(env))
    rendered = env.render()
    assert rendered is not None
    assert "math/level1/train/3" in rendered
    assert env.problem.prompt.splitlines()[0] in rendered
    assert "✓ correct" in rendered
    silent = make_env()
    silent.reset()
    assert silent.render() is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": "tst"}, "split must be one of .* Did you mean 'test'"),
        ({"feedback": "verdit"}, "feedback must be one of .* Did you mean 'verdict'"),
        ({"feedback": None}, "feedback must be one of"),
        ({"reward": "densely"}, "reward must be one of .* Did you mean 'dense'"),
        ({"reward": 1.0}, "reward must be one of"),
        ({"max_attempts": 0}, "max_attempts must be a whole number of at least 1"),
        ({"max_attempts": "2"}, "max_attempts must be a whole number of at least 1"),
        ({"max_chars": -5}, "max_chars must be a whole number of at least 1"),
        ({"render_mode": "human"}, "render_mode must be one of 'ansi'"),
        ({"verifier": "math"}, "verifier must be a Verifier or None, got 'math'"),
    ],
)
def test_a_bad_argument_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make_env(**options)


def test_a_text_instead_of_a_task_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"task must be a Task such as MathMix\(\), got 'math'"):
        ReasoningEnv("math")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"probelm": 3}, "options must be one of 'problem', got 'probelm'. Did you mean"),
        ({"problem": 10_000}, r"from 0 to 9999 in the split 'test', got 10000"),
        ({"problem": -1}, "from 0 to 9999"),
        ({"problem": "3"}, "the index of a problem, got '3'"),
        ({"problem": True}, "the index of a problem"),
        ({"problem": [1, 2]}, "the index of a problem"),
    ],
)
def test_a_bad_option_of_reset_is_refused(options: dict[str, Any], message: str) -> None:
    env = make_env(split="test")
    with pytest.raises(ArgumentError, match=message):
        env.reset(options=options)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (None, r"action must be a text \(str\), got NoneType"),
        (5, "got int"),
        (b"A: 5", "got bytes"),
        (["A: 5"], "got list"),
        ("x" * 201, "at most 200 characters, got 201. .* larger max_chars"),
    ],
)
def test_a_bad_action_is_refused_and_changes_nothing(action: Any, message: str) -> None:
    env = make_env(max_chars=200)
    env.reset()
    with pytest.raises(ActionError, match=message):
        env.step(action)
    assert env.step(right(env))[1] == 1.0


def test_an_action_of_the_maximum_length_is_verified() -> None:
    env = make_env(max_chars=200)
    env.reset()
    assert env.step(right(env).rjust(200))[1] == 1.0


def test_a_step_without_an_episode_says_to_reset() -> None:
    env = make_env()
    with pytest.raises(ResetNeededError, match=r"has not been reset. Call reset\(\)"):
        env.step("A: 5")
    with pytest.raises(ResetNeededError, match="no problem yet"):
        _ = env.problem
    env.reset()
    env.step("A: 5")
    with pytest.raises(ResetNeeded, match=r"has ended its episode. Call reset\(\)"):
        env.step("A: 5")


def test_a_prompt_that_is_too_long_says_what_to_do() -> None:
    with pytest.raises(DataError, match=r"more than max_chars=10\. Make .* larger max_chars"):
        make_env(max_chars=10).reset()


def not_finite(verdicts: Sequence[Verdict]) -> float:
    return float("nan")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reward": not_finite}, r"the value of reward\(verdicts\) must be a finite number"),
        ({"feedback": lambda *_: None}, "the value of feedback.* must be a text of at most"),
        ({"feedback": lambda *_: "x" * 999}, "a text of at most 200 characters"),
    ],
)
def test_a_scheme_that_returns_nonsense_is_refused(options: dict[str, Any], message: str) -> None:
    env = make_env(max_attempts=2, max_chars=200, **options)
    env.reset()
    with pytest.raises(ArgumentError, match=message):
        env.step("A: 5")


def test_hostile_actions_are_only_data() -> None:
    env = make_env(max_attempts=50)
    env.reset()
    hostile = [
        "",
        "\0",
        "\ud800",
        "A: " + "9" * 15_000,
        "A: 9**9**9**9",
        "A: __import__('os').system('true')",
        "A: " + "(" * 9_000,
        "\\boxed{" * 2_000,
        "####" * 3_000,
    ]
    for action in hostile:
        assert env.step(action)[1] == 0.0
    assert not any(verdict.correct for verdict in env.verdicts)
