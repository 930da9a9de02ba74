"""The corpus of the tiny model: noisy transcripts over the easiest problems.

It teaches what published base models do: an answer at a glance that is often
wrong, and a second turn that mostly repeats the first. Working an answer out term
by term is in the corpus too, mostly under another instruction; learning to use it
for the second turn is left to reinforcement learning.
"""

from dataclasses import dataclass
from random import Random

from rethink_gym.envs.prompt import ANSWER_FORMAT, CORRECTION
from rethink_gym.envs.tasks.arithmetic import Arithmetic

__all__ = ["STEP_BY_STEP", "Document", "draw_document"]

STEP_BY_STEP = "Work it out step by step."
"""The other instruction, under which the corpus shows worked solutions."""

TWO_TURN_RATE = 0.6
MISLED_RATE = 0.5
"""Share of the two-turn transcripts whose first answer is replaced by a near miss."""
STAND_RATE, GUESS_RATE = 0.6, 0.2
"""How often the second turn stands by the first answer, or guesses; else it works it out."""


@dataclass(frozen=True, slots=True)
class Document:
    """One transcript.

    Attributes:
        messages: What user and assistant say in turn, the user first.
        is_learned: For each message of the assistant, whether it is learned; one
            that is not learned is context only.
    """

    messages: tuple[str, ...]
    is_learned: tuple[bool, ...]


def draw_document(task: Arithmetic, index: int, random: Random) -> Document:
    """Draw one transcript about a problem of the training split.

    Args:
        task: Where the problem comes from.
        index: Which problem of the split ``train``.
        random: Decides which kind of transcript it becomes.

    Returns:
        The transcript.
    """
    problem = task.problem(index, "train")
    worked = str(problem.solution)
    if random.random() >= TWO_TURN_RATE:
        prompt = problem.prompt.replace(ANSWER_FORMAT, STEP_BY_STEP)
        return Document((prompt, worked), (True,))
    gold = int(problem.gold)
    is_misled = random.random() < MISLED_RATE
    first = _near_miss(gold, random) if is_misled else gold
    kind = random.random()
    if kind < STAND_RATE:
        second = f"A: {first}"
    elif kind < STAND_RATE + GUESS_RATE:
        second = f"A: {gold if random.random() < 0.5 else _near_miss(gold, random)}"
    else:
        second = worked
    return Document((problem.prompt, f"A: {first}", CORRECTION, second), (not is_misled, True))


def _near_miss(value: int, random: Random) -> int:
    return value + random.choice((-1, 1)) * random.choice((1, 1, 2, 3))
