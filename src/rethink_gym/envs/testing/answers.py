"""Promises about answers: right ones are paid, bad ones are not, and splits share no question."""

from collections.abc import Mapping
from itertools import combinations, islice
from typing import Any, NamedTuple

from rethink_gym.envs.testing.case import MAX_STEPS, AnyTextEnv, Case, problem_of, shortened
from rethink_gym.problem import Problem

__all__ = [
    "bad_answers",
    "check_bad_answers",
    "check_detours",
    "check_right_answers",
    "check_splits",
    "right_answer",
]

_MAX_HEDGED_CHARS = 60
_TOLERANCE = 1e-9


def right_answer(problem: Problem) -> str:
    """Write a right answer: the worked solution, or the gold answer where there is none.

    Args:
        problem: The problem to answer.

    Returns:
        What an agent might say.
    """
    return f"A: {problem.gold}" if problem.solution is None else problem.solution


def bad_answers(problem: Problem) -> dict[str, str]:
    """Write answers that must not be paid.

    Args:
        problem: The problem that they answer.

    Returns:
        The answers, by what they are.
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
    """Check that no question stands in two splits."""
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
                f"{len(shared)} questions stand both in {one!r} and in {other!r}, such as "
                f"{shortened(prompt)} ({one} {prompts[one][prompt]}, {other} "
                f"{prompts[other][prompt]})"
            )
            raise case.fail("splits", what)


def check_right_answers(case: Case) -> None:
    """Check that right answers are accepted with the full score."""
    env = case.make()
    for seed in range(case.num_problems):
        problem = _start(env, seed)
        answer = case.right(problem)
        played = _answer(env, answer)
        if not (played.correct and abs(played.score - 1.0) <= _TOLERANCE):
            what = f"the right answer {shortened(answer)} to {problem.id} scores {played.score:g}"
            raise case.fail("right answers", what)


def check_bad_answers(case: Case) -> None:
    """Check that neither garbage nor hedges are paid."""
    env = case.make()
    conclusions = [_conclusion(case.right(_start(env, seed))) for seed in range(case.num_problems)]
    for seed, own in enumerate(conclusions):
        problem = _start(env, seed)
        answers = bad_answers(problem)
        for other in conclusions:
            if own and other and own != other:
                answers["a hedge of two answers"] = f"A: {other} or {own}"
                answers["a hedge of two answers, turned"] = f"A: {own} or {other}"
        for name, answer in answers.items():
            _start(env, seed)
            played = _answer(env, answer)
            allowed = case.max_bad_score + _TOLERANCE
            is_paid = played.score > allowed or played.total > allowed * len(played.rewards)
            if played.correct or is_paid:
                what = (
                    f"{name}, {shortened(answer)}, scores {played.score:g} and earns "
                    f"{played.total:g} at {problem.id}"
                )
                raise case.fail("bad answers", what)


def check_detours(case: Case) -> None:
    """Check that being wrong first never pays."""
    env = case.make()
    for seed in range(case.num_problems):
        problem = _start(env, seed)
        at_once = _answer(env, case.right(problem)).total
        _start(env, seed)
        _, reward, terminated, truncated, _ = env.step("A: zzz qqq xyzzy")
        if terminated or truncated:
            return  # there is no second try
        detour = float(reward) + _answer(env, case.right(problem)).total
        if detour > at_once + _TOLERANCE:
            what = f"right at once earns {at_once:g} at {problem.id}, wrong first {detour:g}"
            raise case.fail("detours", what)


class _Played(NamedTuple):
    """How an episode went: what was earned, and the judgement of the last answer."""

    rewards: list[float]
    score: float
    correct: bool

    @property
    def total(self) -> float:
        return sum(self.rewards)


def _start(env: AnyTextEnv, seed: int) -> Problem:
    env.reset(seed=seed)
    problem = problem_of(env)
    assert problem is not None  # the promise is checked only where there is one
    return problem


def _answer(env: AnyTextEnv, answer: str) -> _Played:
    """Say the same until the episode is over."""
    rewards: list[float] = []
    for _ in range(MAX_STEPS):
        _, reward, terminated, truncated, info = env.step(answer)
        rewards.append(float(reward))
        if terminated or truncated:
            break
    verdict = info.get("verdict")
    if isinstance(verdict, Mapping):
        return _Played(rewards, float(verdict["score"]), bool(verdict["correct"]))
    return _Played(rewards, rewards[-1], rewards[-1] >= 1.0 - _TOLERANCE)


def _conclusion(answer: str) -> str | None:
    """Return what stands on the answer line, if that is short."""
    line = answer.rstrip().rpartition("\n")[2]
    is_short = line.startswith("A:") and len(line) <= _MAX_HEDGED_CHARS
    return line.removeprefix("A:").strip() if is_short else None
