"""The promises of Countdown as moves."""

from fractions import Fraction
from typing import Any

import pytest

from rethink_gym.envs import StepEnv
from rethink_gym.envs.tasks.countdown import Countdown
from rethink_gym.verifiers.puzzles.countdown import apply_move, legal_moves


def solution_of(env: StepEnv) -> list[str]:
    return (env.problem.solution or "").splitlines()


def make_moves(**options: Any) -> StepEnv:
    return StepEnv(Countdown(), steps="moves", **options)


def numbers_of(info: dict[str, Any]) -> list[int | Fraction]:
    return [int(n) if "/" not in n else Fraction(n) for n in info["numbers"]]


def test_moves_solve_a_countdown_without_an_answer() -> None:
    env = make_moves()
    for index in range(30):
        prompt, info = env.reset(options={"problem": index})
        assert "Make one move at a time" in prompt
        assert sorted(numbers_of(info)) == numbers_of(info)
        *moves, _ = solution_of(env)
        total = 0.0
        terminated = False
        for move in moves:
            assert apply_move(numbers_of(info), move) is not None
            observation, reward, terminated, _, info = env.step(move)
            total += reward
            if terminated:
                break
            assert observation.startswith(f"Numbers left: {', '.join(info['numbers'])}. Next")
        assert terminated
        assert info["verdict"]["correct"]
        assert total == pytest.approx(1.0)


def test_the_legal_moves_are_those_of_the_numbers_left_and_all_are_legal() -> None:
    env = make_moves()
    _, info = env.reset(seed=1)
    assert info["legal_moves"] == legal_moves(numbers_of(info))
    for move in info["legal_moves"]:
        env.reset(seed=1)
        step = env.step(move)
        assert step[4]["verdict"]["score"] == 1.0
        assert step[4]["legal_moves"] == legal_moves(numbers_of(step[4]))


@pytest.mark.parametrize("move", ["1000+1=1001", "", "nonsense", "2+2=5", "3**9=1", "x" * 5_000])
def test_an_illegal_move_costs_a_step_and_changes_nothing(move: str) -> None:
    env = make_moves(max_steps=3)
    _, before = env.reset(seed=1)
    observation, reward, terminated, _, info = env.step(move)
    assert observation.startswith("That is no legal move. Numbers left: ")
    assert (reward, terminated, info["numbers"]) == (0.0, False, before["numbers"])


def test_moves_that_lead_nowhere_end_the_episode_with_a_return_of_zero() -> None:
    env = make_moves()
    _, info = env.reset(seed=1)
    total, terminated = 0.0, False
    while not terminated:
        move = max(info["legal_moves"], key=lambda move: Fraction(move.partition("=")[2]))
        _, reward, terminated, _, info = env.step(move)
        total += reward
    assert len(info["numbers"]) == 1
    assert info["legal_moves"] == ()
    assert not info["verdict"]["correct"]
    assert total == pytest.approx(0.0)


def test_an_expression_may_be_given_instead_of_moves() -> None:
    env = make_moves()
    env.step(env.reset(seed=2)[1]["legal_moves"][0])
    _, _, terminated, _, info = env.step(f"A: {env.problem.gold}")
    assert terminated
    assert info["verdict"]["correct"]


def test_the_target_by_moves_must_keep_the_rules_of_the_verifier() -> None:
    env = StepEnv(Countdown(use_all=True, min_numbers=3), steps="moves")
    for index in range(20):
        env.reset(options={"problem": index})
        moves = solution_of(env)[:-1]
        ends = [env.step(move)[2] for move in moves]
        assert ends == [False] * (len(moves) - 1) + [True]
