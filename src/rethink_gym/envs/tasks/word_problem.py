"""Word problems of several steps, told from templates."""

from typing import ClassVar

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.envs.tasks.story import MOST_STEPS, Story, draw_people, tell_story
from rethink_gym.errors import argument_error, check_count
from rethink_gym.verifiers.math.verifier import MathVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["WordProblem"]

MOST_DISTRACTORS = 3


class WordProblem(GeneratedTask[Story]):
    """Short stories with a question whose answer takes several operations.

    35 templates of seven fields, from bakeries to train rides, each with several forms of
    every sentence, several things to count and 43 names. What happens is drawn sentence by
    sentence, so one template tells many different stories. All numbers, those in between
    included, are positive and whole.

    **Example.** ``Lena filled 4 plates with 6 cookies each. The children ate 5 cookies. How
    many cookies remain?`` Answer: ``19``.

    **Difficulty.** ``min_steps`` and ``max_steps`` say how many operations lead to the
    answer, from 2 to 8; ``max_number`` bounds the numbers in the text, but for percentages
    and for goals that are to be reached; ``num_distractors`` adds up to 3 sentences whose
    numbers do not matter.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for the right number, with or without its unit, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``WordProblem-v0``, ``WordProblemSelfCorrect-v0``.

    Args:
        min_steps: Fewest operations, at least 2.
        max_steps: Most operations, at most 8.
        max_number: Largest number that is drawn, at least 5.
        num_distractors: How many sentences do not matter, at most 3.

    Raises:
        ArgumentError: If an argument is out of its range.

    References:
        Cobbe et al., "Training Verifiers to Solve Math Word Problems", 2021: the kind of
        problem (arXiv:2110.14168). Shi et al., "Large Language Models Can Be Easily
        Distracted by Irrelevant Context", 2023: the distractors (arXiv:2302.00093).
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
        if max_steps > MOST_STEPS:
            raise argument_error("max_steps", f"at most {MOST_STEPS}", max_steps)
        self.max_number = check_count("max_number", max_number, 5)
        self.num_distractors = check_count("num_distractors", num_distractors, 0)
        if num_distractors > MOST_DISTRACTORS:
            raise argument_error("num_distractors", f"at most {MOST_DISTRACTORS}", num_distractors)

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
        """Tell a story."""
        num_steps = rng.randint(self.min_steps, self.max_steps)
        return tell_story(rng, num_steps, self.max_number, self.num_distractors)

    def redraw(self, question: Story, rng: TaskRNG) -> Story:
        """Draw other people for a story."""
        return question._replace(people=draw_people(rng))

    def render_prompt(self, question: Story) -> str:
        """Return the story with its question."""
        return f"{question.text}\n{ANSWER_FORMAT}"

    def solve(self, question: Story) -> tuple[str, str | None]:
        """Return the answer, and the operations that lead to it."""
        return str(question.answer), "\n".join((*question.steps, f"A: {question.answer}"))

    def make_verifier(self) -> Verifier:
        """Build the verifier of numbers and expressions."""
        return MathVerifier()
