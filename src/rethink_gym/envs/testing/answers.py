"""Promises about answers: correct ones score 1, bad ones 0; and splits share no question."""

from collections.abc import Mapping
from itertools import combinations, islice
from typing import Any, NamedTuple

from rethink_gym.envs.testing.case import MAX_STEPS, AnyTextEnv, Case, problem_of, shortened
from rethink_gym.problem import Problem

__all__ = [
    "bad_answers",
    "check_bad_answers",
    "check_correct_answers",
    "check_detours",
    "check_splits",
    "correct_answer",
]

_MAX_HEDGED_CHARS = 60
_TOLERANCE = 1e-9


def correct_answer(problem: Problem) -> str:
    """Write a correct answer: the worked solution, or else the gold answer.

    Args:
        problem: The problem to answer.

    Returns:
        The answer, as an agent could write it.
    """
    return f"A: {problem.gold}" if problem.solution is None else problem.solution


def bad_answers(problem: Problem) -> dict[str, str]:
    """Write answers whose score must be 0.

    Args:
        problem: The problem to answer.

    Returns:
        The answers, by a description of each.
    """
    return {
        "an empty text": "",
        "white space": " \n\t ",
        "an answer line without an answer": "A:",
        "garbage": "zzz qqq #!? xyzzy",
        "garbage as an answer": "A: zzz qqq xyzzy",
        "an echo of the question": problem.prompt,
        "the hedge 'True False'": "True False",
        "the hedge 'A: True False'": "A: True False",
        "the hedge 'A: yes or no'": "A: yes or no",
    }


def check_splits(case: Case) -> None:
    """Check that no question occurs in two splits."""
    task: Any = getattr(case.make().unwrapped, "task", None)
    prompts: dict[str, dict[str, int]] = {}
    for split in task.splits:
        size = task.size(split)
        step = max(1, size // case.num_samples)
        prompts[split] = {
            task.problem(index, split).prompt: index
            for index in islice(range(0, size, step), case.num_samples)
        }
    for one, other in combinations(prompts, 2):
        shared = prompts[one].keys() & prompts[other].keys()
        if shared:
            prompt = min(shared)
            what = (
                f"{len(shared)} questions occur both in {one!r} and in {other!r}, such as "
                f"{shortened(prompt)} ({one} {prompts[one][prompt]}, {other} "
                f"{prompts[other][prompt]})"
            )
            raise case.fail("splits", what)


def check_correct_answers(case: Case) -> None:
    """Check that correct answers are accepted with the full score."""
    env = case.make()
    for seed in range(case.num_problems):
        problem = _start(env, seed)
        answer = case.correct_answer(problem)
        outcome = _play_to_end(env, answer)
        if not (outcome.correct and abs(outcome.score - 1.0) <= _TOLERANCE):
            what = (
                f"the correct answer {shortened(answer)} to {problem.id} scores {outcome.score:g}"
            )
            raise case.fail("correct answers", what)


def check_bad_answers(case: Case) -> None:
    """Check that garbage and hedges score 0."""
    env = case.make()
    conclusions = [
        _conclusion(case.correct_answer(_start(env, seed))) for seed in range(case.num_problems)
    ]
    for seed, own in enumerate(conclusions):
        problem = _start(env, seed)
        answers = bad_answers(problem)
        for other in conclusions:
            if own and other and own != other:
                answers["a hedge of two answers"] = f"A: {other} or {own}"
                answers["a hedge of two answers, turned"] = f"A: {own} or {other}"
        for name, answer in answers.items():
            _start(env, seed)
            outcome = _play_to_end(env, answer)
            max_score = case.max_bad_score + _TOLERANCE
            max_return = max_score * len(outcome.rewards)
            is_too_high = outcome.score > max_score or outcome.total > max_return
            if outcome.correct or is_too_high:
                what = (
                    f"{name}, {shortened(answer)}, scores {outcome.score:g} with the return "
                    f"{outcome.total:g} at {problem.id}"
                )
                raise case.fail("bad answers", what)


def check_detours(case: Case) -> None:
    """Check that being wrong first never pays."""
    env = case.make()
    for seed in range(case.num_problems):
        problem = _start(env, seed)
        at_once = _play_to_end(env, case.correct_answer(problem)).total
        _start(env, seed)
        _, reward, terminated, truncated, _ = env.step("A: zzz qqq xyzzy")
        if terminated or truncated:
            return  # there is no second attempt
        detour = float(reward) + _play_to_end(env, case.correct_answer(problem)).total
        if detour > at_once + _TOLERANCE:
            what = (
                f"at {problem.id} the return is {at_once:g} for a correct first attempt, and "
                f"{detour:g} after an incorrect one"
            )
            raise case.fail("detours", what)


class _Outcome(NamedTuple):
    """The rewards of an episode, and the verdict on its last answer."""

    rewards: list[float]
    score: float
    correct: bool

    @property
    def total(self) -> float:
        return sum(self.rewards)


def _start(env: AnyTextEnv, seed: int) -> Problem:
    env.reset(seed=seed)
    problem = problem_of(env)
    assert problem is not None  # the promise is only checked if there is one
    return problem


def _play_to_end(env: AnyTextEnv, answer: str) -> _Outcome:
    """Give the same answer until the episode is over."""
    rewards: list[float] = []
    for _ in range(MAX_STEPS):
        _, reward, terminated, truncated, info = env.step(answer)
        rewards.append(float(reward))
        if terminated or truncated:
            break
    verdict = info.get("verdict")
    if isinstance(verdict, Mapping):
        return _Outcome(rewards, float(verdict["score"]), bool(verdict["correct"]))
    return _Outcome(rewards, rewards[-1], rewards[-1] >= 1.0 - _TOLERANCE)


def _conclusion(answer: str) -> str | None:
    """Return the text of the answer line, if it is short."""
    line = answer.rstrip().rpartition("\n")[2]
    is_short = line.startswith("A:") and len(line) <= _MAX_HEDGED_CHARS
    return line.removeprefix("A:").strip() if is_short else None
