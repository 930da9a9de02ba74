"""The contract of a task: problems in named splits, each found by its index."""

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

    A subclass sets `name` and implements `splits`, `size`, `problem` and `make_verifier`.

    >>> from rethink_gym.envs.tasks import Arithmetic
    >>> task = Arithmetic(max_terms=5)
    >>> task.splits, task.size("test")
    (('train', 'validation', 'test'), 10000)
    >>> problem = task.problem(0, "test")
    >>> problem.id, problem.gold
    ('arithmetic/test/0', '21')
    >>> task.make_verifier().verify(f"A: {problem.gold}", problem).correct
    True
    """

    name: ClassVar[str]
    """Lower-case name of the task; the first part of every problem id."""

    reads_files: ClassVar[bool] = False
    """Whether the problems depend on files, in addition to the arguments."""

    @property
    @abstractmethod
    def splits(self) -> tuple[str, ...]:
        """Names of the splits."""

    @property
    def default_split(self) -> str:
        """The split that an environment plays by default: ``train``, or else the first one."""
        splits = self.splits
        return "train" if "train" in splits else splits[0]

    @abstractmethod
    def size(self, split: str) -> int:
        """Return the number of problems of a split.

        Args:
            split: One of `splits`.

        Raises:
            ArgumentError: If ``split`` is not one of `splits`.
        """

    @abstractmethod
    def problem(self, index: int, split: str) -> Problem:
        """Return one problem; the same index and split always give the same problem.

        Args:
            index: From 0 to ``size(split) - 1``.
            split: One of `splits`.

        Raises:
            ArgumentError: If ``split`` is not one of `splits`, or ``index`` is out of range.
        """

    @abstractmethod
    def make_verifier(self) -> Verifier:
        """Build the default verifier of these problems."""

    def check_index(self, index: int, split: str) -> None:
        """Check that a split has a problem with this index.

        Raises:
            ArgumentError: If ``split`` is not one of `splits`, or ``index`` is out of range.
        """
        check_choice("split", split, self.splits)
        size = self.size(split)
        if not hasattr(index, "__index__") or not 0 <= index < size:
            raise argument_error("index", f"a whole number from 0 to {size - 1}", index)


class GeneratedTask(Task, Generic[Question]):
    """A task that draws each problem from its index, offline and with a known solution.

    A subclass sets `name` and implements `draw`, `render_prompt`, `solve`, `arguments` and
    `make_verifier`. ``Question`` is any plain data that describes one question.

    A draw depends on the hash of the name, the arguments, the split and the index, so the
    problems of neighbouring indices are independent.

    The splits are disjoint by construction. The hash of a question's text (see `identify`)
    assigns the question to one split, and a draw that belongs to another split is repeated.
    About 80 % of all questions belong to ``train``, 10 % to ``validation`` and 10 % to
    ``test``.

    >>> from rethink_gym.verifiers import MathVerifier
    >>> class Doubling(GeneratedTask[int]):
    ...     name = "doubling"
    ...     arguments = {"max_operand": 99}
    ...
    ...     def draw(self, rng):
    ...         return rng.randint(0, 99)
    ...
    ...     def render_prompt(self, question):
    ...         return f"Double {question}."
    ...
    ...     def solve(self, question):
    ...         return str(2 * question), None
    ...
    ...     def make_verifier(self):
    ...         return MathVerifier()
    >>> problem = Doubling().problem(3, "test")
    >>> problem.prompt, problem.gold
    ('Double 29.', '58')
    """

    _SIZES: ClassVar = {"train": 1_000_000, "validation": 10_000, "test": 10_000}

    @property
    @abstractmethod
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments; they are part of the seed of every draw and never change."""

    @abstractmethod
    def draw(self, rng: TaskRNG) -> Question:
        """Draw one question.

        Args:
            rng: The only source of randomness.

        Returns:
            All that `render_prompt` and `solve` need to know about the question.
        """

    @abstractmethod
    def render_prompt(self, question: Question) -> str:
        """Return the prompt of a question."""

    @abstractmethod
    def solve(self, question: Question) -> tuple[str, Solution]:
        """Return the gold answer of a question and its worked solution.

        Returns:
            The gold answer, and the worked solution: a text, None if the task has no worked
            solutions, or a function without arguments that returns the text. Use a function
            if writing the solution takes much longer than computing the answer.
        """

    def identify(self, question: Question) -> str | None:
        """Return the text whose hash decides the split; None means the prompt.

        Override this if the task asks one question in several wordings, so that all of them
        belong to the same split.
        """
        return None

    def redraw(self, question: Question, rng: TaskRNG) -> Question:
        """Replace a question that belongs to another split.

        By default this draws a whole new question. Override it if drawing is slow, since
        nine of ten questions are replaced for ``test``: keep most of the question and draw
        only a part again, such as the names in a story. After 16 attempts that do not reach
        the split, `draw` is called again.

        Args:
            question: The question that was drawn.
            rng: The only source of randomness.

        Returns:
            Another question.
        """
        return self.draw(rng)

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits: ``train``, ``validation`` and ``test``."""
        return tuple(self._SIZES)

    def size(self, split: str) -> int:
        """Return the number of problems of a split."""
        return self._SIZES[check_choice("split", split, self._SIZES)]

    def problem(self, index: int, split: str) -> Problem:
        """Return one problem; the same index and split always give the same problem.

        Raises:
            ArgumentError: If ``split`` is not one of `splits`, ``index`` is out of range, or
                the difficulty arguments allow too few questions for this split.
        """
        return self.problem_as(f"{self.name}/{split}/{index}", index, split)

    def problem_as(self, problem_id: str, index: int, split: str) -> Problem:
        """Return one problem under another id, for tasks that combine other tasks.

        Raises:
            ArgumentError: For the reasons that `problem` names.
        """
        is_plain = type(index) is int and type(split) is str
        if not (is_plain and 0 <= index < self._SIZES.get(split, 0)):
            # The slow check also accepts NumPy integers and other index types.
            self.check_index(index, split)
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
"""Numbers of the attempts to draw a question of a given split."""

_MAX_REDRAWS = 16


def _split_of(text: str) -> str:
    """Return the split that the hash of a text decides."""
    state = _EMPTY.copy()
    state.update(text.encode())
    return _TENTHS[int.from_bytes(state.digest()) % 10]


_EMPTY = blake2b(digest_size=16)  # copying it is faster than creating one of this size
_TENTHS = (*["train"] * 8, "validation", "test")
