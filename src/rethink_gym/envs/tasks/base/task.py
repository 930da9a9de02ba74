"""What every task does: hold problems in named splits, each found by its index."""

from abc import ABC, abstractmethod
from functools import cached_property
from hashlib import blake2b
from typing import ClassVar, Generic, TypeVar

from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.errors import argument_error, check_choice
from rethink_gym.problem import Problem, Solution
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["GeneratedTask", "Task"]

Question = TypeVar("Question")


class Task(ABC):
    """A source of problems in named splits.

    A subclass sets `name` and writes `splits`, `size`, `problem` and `make_verifier`.
    """

    name: ClassVar[str]
    """Lower-case name of the source; the first part of every problem id."""

    reads_files: ClassVar[bool] = False
    """Whether files decide its problems, and not its arguments alone."""

    @property
    @abstractmethod
    def splits(self) -> tuple[str, ...]:
        """Names of the splits."""

    @property
    def default_split(self) -> str:
        """The split that is played if none is named: ``train``, or else the first one."""
        splits = self.splits
        return "train" if "train" in splits else splits[0]

    @abstractmethod
    def size(self, split: str) -> int:
        """Return how many problems a split holds.

        Args:
            split: One of `splits`.

        Raises:
            ArgumentError: If there is no such split.
        """

    @abstractmethod
    def problem(self, index: int, split: str) -> Problem:
        """Return one problem; the same index and split always give the same one.

        Args:
            index: From 0 to ``size(split) - 1``.
            split: One of `splits`.

        Raises:
            ArgumentError: If there is no such split or index.
        """

    @abstractmethod
    def make_verifier(self) -> Verifier:
        """Build the verifier that judges answers to these problems by default."""

    def check_place(self, index: int, split: str) -> None:
        """Check that there is a problem at this index of this split.

        Raises:
            ArgumentError: If there is no such split or index.
        """
        check_choice("split", split, self.splits)
        size = self.size(split)
        if not hasattr(index, "__index__") or not 0 <= index < size:
            raise argument_error("index", f"a whole number from 0 to {size - 1}", index)


class GeneratedTask(Task, Generic[Question]):
    """A source that draws its problems from their index, without end and offline.

    A subclass sets `name` and writes `draw`, `render_prompt`, `solve`, `arguments` and
    `make_verifier`; ``Question`` is whatever plain data describes one question to it.

    What is drawn depends on the name, the arguments, the split and the index,
    hashed together, so neighbouring indices share nothing. The splits hold
    different problems by construction: each question belongs to the one split
    that the hash of its text (see `identify`) says, and a draw that belongs
    elsewhere is drawn again. Ten of a hundred questions belong to ``validation``,
    ten to ``test``.
    """

    _SIZES: ClassVar = {"train": 1_000_000, "validation": 10_000, "test": 10_000}

    @property
    @abstractmethod
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments; they take part in what is drawn and never change."""

    @abstractmethod
    def draw(self, rng: TaskRNG) -> Question:
        """Draw one question.

        Args:
            rng: The only source of randomness.

        Returns:
            What `render_prompt` and `solve` need to know of the question.
        """

    @abstractmethod
    def render_prompt(self, question: Question) -> str:
        """Return the prompt of a question."""

    @abstractmethod
    def solve(self, question: Question) -> tuple[str, Solution]:
        """Return the gold answer of a question and its worked solution.

        Returns:
            The answer; and the solution, or None, or a function that writes it down when
            it is asked for, where that takes long beside the answer.
        """

    def identify(self, question: Question) -> str | None:
        """Return the text whose hash decides about the split, or None if the prompt does.

        A task writes this if it words one question in several ways: all of them belong
        to the same split then.
        """
        return None

    def redraw(self, question: Question, rng: TaskRNG) -> Question:
        """Draw a question in the place of one that belongs to another split.

        A task whose questions take long to draw writes this, since nine of ten are redrawn
        for ``test``: it keeps the most of a question and draws the rest anew, such as the
        names in a story. If that does not help 16 times, `draw` is asked again.

        Args:
            question: The question that was drawn.
            rng: The only source of randomness.

        Returns:
            Another question; by default one that `draw` draws.
        """
        return self.draw(rng)

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits: ``train``, ``validation`` and ``test``."""
        return tuple(self._SIZES)

    def size(self, split: str) -> int:
        """Return how many problems a split holds."""
        return self._SIZES[check_choice("split", split, self._SIZES)]

    def problem(self, index: int, split: str) -> Problem:
        """Return one problem; the same index and split always give the same one.

        Raises:
            ArgumentError: If there is no such split or index, or if the
                arguments allow too few questions for this split to have any.
        """
        return self.problem_as(f"{self.name}/{split}/{index}", index, split)

    def problem_as(self, problem_id: str, index: int, split: str) -> Problem:
        """Return one problem under another id, for tasks that are made up of others.

        Raises:
            ArgumentError: As of `problem`.
        """
        is_plain = type(index) is int and type(split) is str
        if not (is_plain and 0 <= index < self._SIZES.get(split, 0)):
            self.check_place(index, split)  # dearer; it also takes what is like a number
        rng = TaskRNG(f"{self._key}|{split}|{index}")
        question = self.draw(rng)
        for attempt in _ATTEMPTS:
            identity = self.identify(question)
            text = self.render_prompt(question) if identity is None else identity
            if _split_of(text) == split:
                prompt = text if identity is None else self.render_prompt(question)
                gold, solution = self.solve(question)
                return Problem(problem_id, prompt, gold, solution)
            is_stuck = attempt % _MAX_REDRAWS == 0
            question = self.draw(rng) if is_stuck else self.redraw(question, rng)
        raise argument_error(
            "difficulty arguments",
            f"wide enough for questions in the split {split!r}",
            self.arguments,
        )

    @cached_property
    def _key(self) -> str:
        return f"{self.name}|{sorted(self.arguments.items())}"


_ATTEMPTS = range(1, 10_000)
"""How often a question is drawn for a split, at most."""

_MAX_REDRAWS = 16


def _split_of(text: str) -> str:
    state = _EMPTY.copy()
    state.update(text.encode())
    return _TENTHS[int.from_bytes(state.digest()) % 10]


_EMPTY = blake2b(digest_size=16)  # to copy it is faster than to make one of this size
_TENTHS = (*["train"] * 8, "validation", "test")
