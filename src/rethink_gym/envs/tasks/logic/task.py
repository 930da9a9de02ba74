"""Propositional logic: truth values, satisfiability, tautologies and entailment."""

from typing import ClassVar, NamedTuple

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.envs.tasks.logic.drawing import (
    NAMES,
    draw_formula,
    draw_implication,
    exchange,
    names_in,
)
from rethink_gym.envs.tasks.logic.solution import answer_rows, assignment_text, solve_logic
from rethink_gym.errors import argument_error, check_choice, check_count
from rethink_gym.verifiers.puzzles.given import with_question
from rethink_gym.verifiers.puzzles.logic import (
    Connective,
    Formula,
    LogicVerifier,
    formula_symbols,
    formula_words,
)
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Logic"]

KINDS = ("value", "count", "satisfy", "tautology", "follow")
MAX_DRAWS = 2_000
MAX_LITERALS = 12
MAX_FORMULAS = 6
MAX_ARITY = 4


class Question(NamedTuple):
    """A question about formulas.

    Attributes:
        kind: One of `KINDS`.
        names: The variables.
        formulas: The formulas; in "follow" the last one is the conclusion.
        row: The assignment for "value", as a row of the truth table.
    """

    kind: str
    names: tuple[str, ...]
    formulas: tuple[Formula, ...]
    row: int


class Logic(GeneratedTask[Question]):
    """Questions about formulas of propositional logic.

    There are five kinds: the truth values of formulas for an assignment; the number of
    assignments that make a formula true; an assignment that makes several formulas true, or
    "none"; whether a formula is a tautology; whether a conclusion follows from premises. The
    answer to the last two is "yes" or a counterexample, so that guessing gains little: "yes"
    and "none" are correct for a third of their questions.

    **Example.** ``Find truth values of p and q that make all of these formulas true: p or q;
    not p. Answer with the values, written like p=true, q=false, or with none if there are no
    such values.`` Answer: ``p=false, q=true``.

    **Difficulty.** ``max_variables``: 2 are easy, 6 make truth tables of 64 rows.
    ``max_literals`` bounds the length of a formula. ``num_formulas`` is the number of formulas
    to evaluate, or of premises. ``max_arity`` bounds the operands of "and" and "or". ``kind``
    selects one kind, or ``"mixed"``.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for a correct answer, else 0. An assignment is evaluated on the formulas, so
    every correct one is accepted.

    **Termination.** After the last attempt.

    **Ids.** ``Logic-v0``, ``LogicSelfCorrect-v0``.

    Args:
        kind: ``"value"``, ``"count"``, ``"satisfy"``, ``"tautology"``, ``"follow"``, or
            ``"mixed"`` for all kinds with equal probability.
        max_variables: Maximum number of variables, from 2 to 6.
        max_literals: Maximum number of literals in a formula, from 2 to 12.
        num_formulas: Number of formulas to evaluate, or of premises, from 2 to 6.
        max_arity: Maximum number of operands of "and" and "or", from 2 to 4.

    Raises:
        ArgumentError: If ``kind`` is unknown, or a number is outside the range given above.
    """

    name: ClassVar = "logic"

    def __init__(
        self,
        *,
        kind: str = "mixed",
        max_variables: int = 3,
        max_literals: int = 3,
        num_formulas: int = 3,
        max_arity: int = 2,
    ) -> None:
        self.kind = check_choice("kind", kind, (*KINDS, "mixed"))
        self.max_variables = _check_range("max_variables", max_variables, 2, len(NAMES))
        self.max_literals = _check_range("max_literals", max_literals, 2, MAX_LITERALS)
        self.num_formulas = _check_range("num_formulas", num_formulas, 2, MAX_FORMULAS)
        self.max_arity = _check_range("max_arity", max_arity, 2, MAX_ARITY)

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "kind": self.kind,
            "max_variables": self.max_variables,
            "max_literals": self.max_literals,
            "num_formulas": self.num_formulas,
            "max_arity": self.max_arity,
        }

    def draw(self, rng: TaskRNG) -> Question:
        """Draw first whether an assignment answers the question, then formulas until they fit."""
        kind = rng.choice(KINDS) if self.kind == "mixed" else self.kind
        has_no_assignment = rng.randbelow(3) == 0  # the answer is then "none" or "yes"
        row = rng.randbelow(1 << len(NAMES))
        for _ in range(MAX_DRAWS):
            asked = self._draw_formulas(rng, kind)
            names = names_in(asked)
            question = Question(kind, names, asked, row % (1 << len(names)))
            if kind in ("value", "count"):
                return question
            if (not answer_rows(kind, names, asked)) is has_no_assignment:
                return question
        raise argument_error(
            "max_literals", f"large enough for {self.max_variables} variables", self.max_literals
        )

    def redraw(self, question: Question, rng: TaskRNG) -> Question:
        """Exchange the variables, and shuffle the formulas whose order does not matter."""
        kind, names, formulas, row = question
        others = dict(zip(names, rng.permutation(names), strict=True))
        exchanged = [exchange(formula, others) for formula in formulas]
        end = len(exchanged) - (kind == "follow")
        shuffled = (*rng.permutation(exchanged[:end]), *exchanged[end:])
        return Question(kind, names, shuffled, row)

    def render_prompt(self, question: Question) -> str:
        """Return the question as a prompt."""
        formulas = [formula_words(formula) for formula in question.formulas]
        listed = "; ".join(formulas)
        names = f"{', '.join(question.names[:-1])} and {question.names[-1]}"
        form = "=true, ".join(question.names) + "=false"
        if question.kind == "value":
            text = f"Let {assignment_text(question.names, question.row, ' be ')}. "
            text += "Say whether each of these formulas is true or false, in order, "
            text += f"separated by commas: {listed}."
        elif question.kind == "count":
            text = f"How many of the {1 << len(question.names)} ways to give {names} a truth "
            text += f"value make this formula true: {listed}?"
        elif question.kind == "satisfy":
            text = f"Find truth values of {names} that make all of these formulas true: "
            text += f"{listed}. Answer with the values, written like {form}, or with none if "
            text += "there are no such values."
        elif question.kind == "tautology":
            text = f"Is this formula true for all truth values of {names}: {listed}? Answer "
            text += f"yes, or give values, written like {form}, for which it is false."
        else:
            text = f"Premises: {'; '.join(formulas[:-1])}. Does it follow that {formulas[-1]}? "
            text += f"Answer yes, or give truth values, written like {form}, for which the "
            text += "premises are true and the conclusion is false."
        return f"{text}\n{ANSWER_FORMAT}"

    def solve(self, question: Question) -> tuple[str, str | None]:
        """Return an answer, and the steps to it."""
        answer, steps = solve_logic(*question)
        worked = "\n".join((*steps, f"A: {answer}"))
        if question.kind in ("value", "count"):
            return answer, worked
        kind = "satisfy" if question.kind == "satisfy" else "follow"
        asked = f"{kind}: {'; '.join(map(formula_symbols, question.formulas))}"
        return with_question(answer, asked), worked

    def make_verifier(self) -> Verifier:
        """Build the verifier of answers about formulas."""
        return LogicVerifier()

    def _draw_formulas(self, rng: TaskRNG, kind: str) -> tuple[Formula, ...]:
        num_formulas = self.num_formulas
        if kind == "count":
            num_formulas = 1
        elif kind == "satisfy":
            num_formulas = rng.randint(self.max_variables, self.max_variables + 1)
        formulas = tuple(self._draw_formula(rng) for _ in range(num_formulas))
        if kind in ("value", "count", "satisfy"):
            return formulas
        conclusion = self._draw_formula(rng)
        if kind == "follow":
            return (*formulas, conclusion)
        return (draw_implication(rng, Connective("&", formulas), conclusion),)

    def _draw_formula(self, rng: TaskRNG) -> Formula:
        return draw_formula(rng, self.max_variables, self.max_literals, self.max_arity)


def _check_range(name: str, value: object, lowest: int, highest: int) -> int:
    number = check_count(name, value, lowest)
    if number > highest:
        raise argument_error(name, f"at most {highest}", value)
    return number
