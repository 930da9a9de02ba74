"""Word problems of several steps, generated from templates."""

from typing import ClassVar

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.envs.tasks.story import MAX_STEPS, Story, draw_people, draw_story
from rethink_gym.errors import argument_error, check_count
from rethink_gym.verifiers.math.verifier import MathVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["WordProblem"]

MAX_DISTRACTORS = 3


class WordProblem(GeneratedTask[Story]):
    """Short stories with a question whose answer takes several operations.

    There are 35 templates about seven topics, from bakeries to train rides. Each template has
    several forms of every sentence and several things to count, and there are 43 names. The
    events are drawn sentence by sentence, so one template gives many different stories. All
    numbers, including intermediate results, are positive integers.

    **Example.** ``Lena filled 4 plates with 6 cookies each. The children ate 5 cookies. How
    many cookies remain?`` Answer: ``19``.

    **Difficulty.** ``min_steps`` and ``max_steps`` bound the number of operations that lead
    to the answer, from 2 to 8. ``max_number`` bounds the numbers in the text, except
    percentages and goals. ``num_distractors`` adds up to 3 sentences with irrelevant numbers.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for the correct number, with or without its unit, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``WordProblem-v0``, ``WordProblemSelfCorrect-v0``.

    Args:
        min_steps: Minimum number of operations, at least 2.
        max_steps: Maximum number of operations, at most 8.
        max_number: Largest number that is drawn, at least 5.
        num_distractors: Number of irrelevant sentences, at most 3.

    Raises:
        ArgumentError: If ``min_steps`` is less than 2, ``max_steps`` is less than
            ``min_steps`` or more than 8, ``max_number`` is less than 5, or
            ``num_distractors`` is not from 0 to 3.

    References:
        Cobbe et al., "Training Verifiers to Solve Math Word Problems", 2021, for the kind of
        problem (arXiv:2110.14168). Shi et al., "Large Language Models Can Be Easily
        Distracted by Irrelevant Context", 2023, for the distractors (arXiv:2302.00093).
    """

    name: ClassVar = "word_problem"

    def __init__(
        self,
        *,
        min_steps: int = 2,
        max_steps: int = 3,
        max_number: int = 20,
        num_distractors: int = 0,
    ) -> None:
        self.min_steps = check_count("min_steps", min_steps, 2)
        self.max_steps = check_count("max_steps", max_steps, min_steps)
        if max_steps > MAX_STEPS:
            raise argument_error("max_steps", f"at most {MAX_STEPS}", max_steps)
        self.max_number = check_count("max_number", max_number, 5)
        self.num_distractors = check_count("num_distractors", num_distractors, 0)
        if num_distractors > MAX_DISTRACTORS:
            raise argument_error("num_distractors", f"at most {MAX_DISTRACTORS}", num_distractors)

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "min_steps": self.min_steps,
            "max_steps": self.max_steps,
            "max_number": self.max_number,
            "num_distractors": self.num_distractors,
        }

    def draw(self, rng: TaskRNG) -> Story:
        """Draw a story."""
        num_steps = rng.randint(self.min_steps, self.max_steps)
        return draw_story(rng, num_steps, self.max_number, self.num_distractors)

    def redraw(self, question: Story, rng: TaskRNG) -> Story:
        """Draw other people for a story."""
        return question._replace(people=draw_people(rng))

    def render_prompt(self, question: Story) -> str:
        """Return the story with its question."""
        return f"{question.text}\n{ANSWER_FORMAT}"

    def solve(self, question: Story) -> tuple[str, str | None]:
        """Return the answer, and the operations that lead to it as the steps."""
        return str(question.answer), "\n".join((*question.steps, f"A: {question.answer}"))

    def make_verifier(self) -> Verifier:
        """Build the verifier of numbers and expressions."""
        return MathVerifier()
