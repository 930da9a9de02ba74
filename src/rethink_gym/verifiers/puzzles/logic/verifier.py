"""The verifier of propositional logic: assignments are judged by what they make true."""

import re
from functools import lru_cache
from typing import ClassVar, NamedTuple

from rethink_gym.errors import ArgumentError, VerifierError
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.puzzles.given import GivenVerifier, accepted, refused, split_gold
from rethink_gym.verifiers.puzzles.logic.formula import Formula, parse_formula, truth_table

__all__ = ["LogicVerifier"]


class LogicVerifier(GivenVerifier):
    """Judges answers about formulas, by working the formulas out.

    The gold answer says what is asked:

    - ``p=true, q=false given [satisfy: p | q; ~q]``: an assignment that makes all
      formulas true, or ``none`` if there is none. Every such assignment is right.
    - ``yes given [follow: p -> q; p; q]``: ``yes`` if the last formula is true wherever
      the others are, else an assignment for which it is not. Every such one is right, and
      "no" alone is not.
    - ``true, false, true`` or ``5``: truth values in order, with commas between them, or a
      number.

    An assignment names every variable of the question once, such as ``p=true, q=false``;
    ``T``, ``F``, ``1`` and ``0`` will do. Whatever says two things is no answer.
    """

    type: ClassVar = "logic"

    def judge(self, said: str, gold: str) -> Verdict:
        """Judge an answer that was found."""
        gold, question = split_gold(gold)
        plain = _plain(said)
        if not question:
            return _verify_values(said, plain, gold)
        asked = _read_question(question)
        if plain == asked.denial:
            if asked.rows:
                return refused(Reason.DIFFERENT, said, f"The answer {plain!r} is wrong.")
            return accepted(said, "no assignment is left")
        row = _read_assignment(plain, asked.names)
        if row is None:
            fault = f"The answer must be {asked.denial!r}, or give each of "
            fault += f"{', '.join(asked.names)} one truth value."
            return refused(Reason.UNREADABLE, said, fault)
        if asked.rows >> row & 1:
            return accepted(said, "the assignment does what is asked")
        return refused(Reason.DIFFERENT, said, "The assignment does not do what is asked.")


class _Question(NamedTuple):
    """What is asked: assignments that are right, and what to say if there are none."""

    names: tuple[str, ...]
    rows: int
    denial: str


_STYLE = re.compile(r"\\(?:text|textbf|mathrm|mathbf)\s*\{([^{}]*)\}|\\[()\[\]]|[*_$]")
_VALUES = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
_ITEM = re.compile(r"([a-z])\s*(?:=|:|is)\s*(true|false|[tf10])")
_BREAK = re.compile(r"\s*(?:[,;]\s*(?:and\s)?|\sand\s|\s)\s*")
_NUMBER = re.compile(r"[0-9]{1,9}")


def _plain(said: str) -> str:
    text = _STYLE.sub(lambda match: match[1] or "", said).strip(" .()[]{}")
    return " ".join(text.casefold().split())


def _verify_values(said: str, plain: str, gold: str) -> Verdict:
    items = [_value(item.strip()) for item in plain.split(",")]
    wanted = [_value(item.strip()) for item in gold.split(",")]
    if items == wanted and None not in items:
        return accepted(said, f"it equals {gold}")
    reason = Reason.UNREADABLE if None in items else Reason.DIFFERENT
    return Verdict(0.0, False, reason, said, f"{plain} is not {gold}")


def _value(item: str) -> str | None:
    if _NUMBER.fullmatch(item):
        return str(int(item))
    value = _VALUES.get(item)
    return None if value is None else str(value)


def _read_assignment(text: str, names: tuple[str, ...]) -> int | None:
    """Read an assignment as the number of its row; None unless each name stands once."""
    values: dict[str, bool] = {}
    place = 0
    while match := _ITEM.match(text, place):
        if match[1] in values:
            return None
        values[match[1]] = _VALUES[match[2]]
        place = match.end()
        if place == len(text):
            break
        joint = _BREAK.match(text, place)
        if joint is None:
            return None
        place = joint.end()
    if place < len(text) or set(values) != set(names):
        return None
    return sum(1 << place for place, name in enumerate(names) if values[name])


@lru_cache(maxsize=4096)
def _read_question(question: str) -> _Question:
    kind, _, listed = question.partition(": ")
    try:
        formulas = [parse_formula(text) for text in listed.split("; ")]
    except ArgumentError as error:
        raise _unreadable(question) from error
    names = tuple(sorted({name for formula in formulas for name in _names(formula)}))
    rows = (1 << (1 << len(names))) - 1
    if kind == "follow":
        rows ^= truth_table(formulas.pop(), names)
    elif kind != "satisfy":
        raise _unreadable(question)
    for formula in formulas:
        rows &= truth_table(formula, names)
    return _Question(names, rows, "yes" if kind == "follow" else "none")


def _names(formula: Formula) -> set[str]:
    if isinstance(formula, str):
        return {formula}
    return {name for part in formula.parts for name in _names(part)}


def _unreadable(question: str) -> VerifierError:
    return VerifierError(
        "The gold answer of a problem of logic must say what is asked, such as "
        f"'given [satisfy: p | q; ~q]', got {question!r}."
    )
