"""Worked solutions as the steps of a step environment."""

from rethink_gym.problem import Problem

__all__ = ["solution_steps"]


def solution_steps(problem: Problem) -> list[str]:
    """Split the worked solution of a problem into the actions of a step environment.

    Each line that is not blank is one action; the last one is the answer line. The rule holds
    for every task that has an id ``<subject>Steps-v0``. If steps are moves (Countdown), the
    episode ends with the move that reaches the target, and the remaining lines are not played.

    >>> from rethink_gym.envs.tasks import Arithmetic
    >>> solution_steps(Arithmetic(max_terms=5).problem(0, "test"))
    ['5+3=8', '8+3=11', '11+9=20', '20+1=21', 'A: 21']

    Args:
        problem: A problem of any task.

    Returns:
        The steps in order; empty if the problem has no worked solution.
    """
    return [line for line in (problem.solution or "").splitlines() if line.strip()]
