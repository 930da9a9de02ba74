"""The corpus of the tiny model: noisy transcripts over the easiest problems.

A model trained on it behaves like published base models: its first answer is a guess that
is often incorrect, and its second turn mostly repeats the first. The corpus also contains
solutions that work an answer out term by term, mostly after another instruction. Using
them in the second turn is left to reinforcement learning.
"""

from dataclasses import dataclass
from random import Random

from rethink_gym.envs.prompt import ANSWER_FORMAT, CORRECTION
from rethink_gym.envs.tasks.arithmetic import Arithmetic

__all__ = ["STEP_BY_STEP", "Document", "draw_document"]

STEP_BY_STEP = "Work it out step by step."
"""The other instruction, after which the corpus has worked solutions."""

TWO_TURN_RATE = 0.6
NEAR_MISS_RATE = 0.5
"""Fraction of the two-turn transcripts whose first answer is replaced by a near miss."""
REPEAT_RATE, GUESS_RATE = 0.6, 0.2
"""Fractions of second turns that repeat the first answer or guess; the others work it out."""


@dataclass(frozen=True, slots=True)
class Document:
    """One transcript.

    Attributes:
        messages: Messages of user and assistant in turn, the user first.
        loss_mask: Whether each message of the assistant contributes to the loss; if not,
            it is context only.
    """

    messages: tuple[str, ...]
    loss_mask: tuple[bool, ...]


def draw_document(task: Arithmetic, index: int, random: Random) -> Document:
    """Draw one transcript about a problem of the training split.

    Args:
        task: Source of the problem.
        index: Index of the problem in the split ``train``.
        random: Random generator that chooses the kind of transcript.

    Returns:
        The transcript.
    """
    problem = task.problem(index, "train")
    worked = str(problem.solution)
    if random.random() >= TWO_TURN_RATE:
        prompt = problem.prompt.replace(ANSWER_FORMAT, STEP_BY_STEP)
        return Document((prompt, worked), (True,))
    gold = int(problem.gold)
    is_near_miss = random.random() < NEAR_MISS_RATE
    first = _near_miss(gold, random) if is_near_miss else gold
    kind = random.random()
    if kind < REPEAT_RATE:
        second = f"A: {first}"
    elif kind < REPEAT_RATE + GUESS_RATE:
        second = f"A: {gold if random.random() < 0.5 else _near_miss(gold, random)}"
    else:
        second = worked
    return Document((problem.prompt, f"A: {first}", CORRECTION, second), (not is_near_miss, True))


def _near_miss(value: int, random: Random) -> int:
    return value + random.choice((-1, 1)) * random.choice((1, 1, 2, 3))
