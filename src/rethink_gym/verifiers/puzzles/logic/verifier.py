"""Verifier of propositional logic: assignments are checked by evaluating the formulas."""

import re
from functools import lru_cache
from typing import ClassVar, NamedTuple

from rethink_gym.errors import ArgumentError, VerifierError
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.puzzles.given import GivenVerifier, accepted, refused, split_gold
from rethink_gym.verifiers.puzzles.logic.formula import Formula, parse_formula, truth_table

__all__ = ["LogicVerifier"]


class LogicVerifier(GivenVerifier):
    """Checks answers about formulas by their truth tables.

    The gold answer is one of these:

    - ``p=true, q=false given [satisfy: p | q; ~q]``: asks for an assignment that satisfies
      all formulas, or ``none`` if they are unsatisfiable. Every such assignment is
      correct.
    - ``yes given [follow: p -> q; p; q]``: asks whether the last formula follows from the
      others: ``yes``, or a counterexample. Every counterexample is correct; "no" alone is
      not.
    - ``true, false, true`` or ``5``: truth values separated by commas, or a number.

    An assignment has every variable of the question once, such as ``p=true, q=false``. The
    values ``T``, ``F``, ``1`` and ``0`` are allowed too. A text with two answers is
    unreadable.

    Examples:
        >>> from rethink_gym.problem import Problem
        >>> from rethink_gym.verifiers.puzzles.logic import LogicVerifier
        >>> gold = "p=true, q=true given [satisfy: p | q]"
        >>> problem = Problem("logic/0", "Satisfy p or q.", gold)
        >>> LogicVerifier().verify("A: p=false, q=true", problem).correct
        True
    """

    type: ClassVar = "logic"

    def check_answer(self, answer: str, gold: str) -> Verdict:
        """Check an answer by the truth tables of the formulas in the gold answer."""
        gold, question_text = split_gold(gold)
        plain = _without_style(answer)
        if not question_text:
            return _compare_values(answer, plain, gold)
        question = _parse_question(question_text)
        if plain == question.denial:
            if question.correct_rows:
                return refused(Reason.DIFFERENT, answer, f"The answer {plain!r} is wrong.")
            return accepted(answer, "no assignment is left")
        row = _parse_assignment(plain, question.names)
        if row is None:
            fault = f"The answer must be {question.denial!r}, or give each of "
            fault += f"{', '.join(question.names)} one truth value."
            return refused(Reason.UNREADABLE, answer, fault)
        if question.correct_rows >> row & 1:
            return accepted(answer, "the assignment does what is asked")
        return refused(Reason.DIFFERENT, answer, "The assignment does not do what is asked.")


class _Question(NamedTuple):
    """A parsed question.

    Attributes:
        names: Names of the variables.
        correct_rows: The correct assignments, as bits of a truth table.
        denial: Correct answer if no assignment is correct.
    """

    names: tuple[str, ...]
    correct_rows: int
    denial: str


_STYLE = re.compile(r"\\(?:text|textbf|mathrm|mathbf)\s*\{([^{}]*)\}|\\[()\[\]]|[*_$]")
_VALUES = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
_ITEM = re.compile(r"([a-z])\s*(?:=|:|is)\s*(true|false|[tf10])")
_SEPARATOR = re.compile(r"\s*(?:[,;]\s*(?:and\s)?|\sand\s|\s)\s*")
_NUMBER = re.compile(r"[0-9]{1,9}")


def _without_style(answer: str) -> str:
    text = _STYLE.sub(lambda match: match[1] or "", answer).strip(" .()[]{}")
    return " ".join(text.casefold().split())


def _compare_values(answer: str, plain: str, gold: str) -> Verdict:
    values = [_normalized_value(item.strip()) for item in plain.split(",")]
    gold_values = [_normalized_value(item.strip()) for item in gold.split(",")]
    if values == gold_values and None not in values:
        return accepted(answer, f"it equals {gold}")
    reason = Reason.UNREADABLE if None in values else Reason.DIFFERENT
    return Verdict(0.0, False, reason, answer, f"{plain} is not {gold}")


def _normalized_value(item: str) -> str | None:
    if _NUMBER.fullmatch(item):
        return str(int(item))
    value = _VALUES.get(item)
    return None if value is None else str(value)


def _parse_assignment(text: str, names: tuple[str, ...]) -> int | None:
    """Return the row of an assignment in the truth table; None unless each name occurs once."""
    values: dict[str, bool] = {}
    position = 0
    while match := _ITEM.match(text, position):
        if match[1] in values:
            return None
        values[match[1]] = _VALUES[match[2]]
        position = match.end()
        if position == len(text):
            break
        separator = _SEPARATOR.match(text, position)
        if separator is None:
            return None
        position = separator.end()
    if position < len(text) or set(values) != set(names):
        return None
    return sum(1 << index for index, name in enumerate(names) if values[name])


@lru_cache(maxsize=4096)
def _parse_question(question: str) -> _Question:
    kind, _, listed = question.partition(": ")
    try:
        formulas = [parse_formula(text) for text in listed.split("; ")]
    except ArgumentError as error:
        raise _unreadable(question) from error
    names = tuple(sorted({name for formula in formulas for name in _variables_of(formula)}))
    rows = (1 << (1 << len(names))) - 1  # all assignments
    if kind == "follow":  # counterexamples make the last formula false and the others true
        rows ^= truth_table(formulas.pop(), names)
    elif kind != "satisfy":
        raise _unreadable(question)
    for formula in formulas:
        rows &= truth_table(formula, names)
    return _Question(names, rows, "yes" if kind == "follow" else "none")


def _variables_of(formula: Formula) -> set[str]:
    if isinstance(formula, str):
        return {formula}
    return {name for part in formula.parts for name in _variables_of(part)}


def _unreadable(question: str) -> VerifierError:
    return VerifierError(
        "The gold answer of a logic problem must contain its question, such as "
        f"'given [satisfy: p | q; ~q]', got {question!r}."
    )
