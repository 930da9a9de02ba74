"""Solutions of questions of logic, with their steps."""

from typing import TypeAlias

from rethink_gym.verifiers.puzzles.logic import Formula, formula_words, truth_table

__all__ = ["answer_rows", "assignment_text", "solve_logic"]

Formulas: TypeAlias = tuple[Formula, ...]


def solve_logic(
    kind: str, names: tuple[str, ...], formulas: Formulas, row: int
) -> tuple[str, list[str]]:
    """Answer a question of logic.

    Args:
        kind: ``"value"``, ``"count"``, ``"satisfy"``, ``"tautology"`` or ``"follow"``.
        names: The variables.
        formulas: The formulas; in "follow" the last one is the conclusion.
        row: The assignment for "value", as a row of the truth table.

    Returns:
        The answer in the notation that `LogicVerifier` reads, and the steps to it.
    """
    if kind == "value":
        steps = [step for formula in formulas for step in _evaluation_steps(formula, names, row)]
        return ", ".join(_truth_text(formula, names, row) for formula in formulas), steps
    rows = answer_rows(kind, names, formulas)
    all_rows = range(1 << len(names))
    if kind == "count":
        steps = [
            f"{assignment_text(names, row, ' ')}: {_truth_text(formulas[0], names, row)}"
            for row in all_rows
        ]
        return str(rows.bit_count()), steps
    if rows:
        row = rows.bit_length() - 1
        steps = [f"Try {assignment_text(names, row, ' ')}."]
        steps += [
            f"{_formula_text(formula)} is {_truth_text(formula, names, row)}."
            for formula in formulas
        ]
        return assignment_text(names, row, "="), steps
    steps = [
        f"{assignment_text(names, row, ' ')}: {_refutation(kind, names, formulas, row)}"
        for row in all_rows
    ]
    return "none" if kind == "satisfy" else "yes", steps


def answer_rows(kind: str, names: tuple[str, ...], formulas: Formulas) -> int:
    """Return the assignments that answer a question, as bits like those of `truth_table`.

    Args:
        kind: The kind of question; see `solve_logic`.
        names: The variables.
        formulas: The formulas.

    Returns:
        For "tautology" and "follow" the counterexamples, for the other kinds the assignments
        that make all formulas true.
    """
    rows = (1 << (1 << len(names))) - 1
    if kind in ("tautology", "follow"):
        rows ^= truth_table(formulas[-1], names)
        formulas = formulas[:-1]
    for formula in formulas:
        rows &= truth_table(formula, names)
    return rows


def assignment_text(names: tuple[str, ...], row: int, sign: str) -> str:
    """Write an assignment, such as ``p=true, q=false`` with the sign ``=``."""
    return ", ".join(
        f"{name}{sign}{'true' if row >> index & 1 else 'false'}" for index, name in enumerate(names)
    )


def _truth_text(formula: Formula, names: tuple[str, ...], row: int) -> str:
    return "true" if truth_table(formula, names) >> row & 1 else "false"


def _formula_text(formula: Formula) -> str:
    text = formula_words(formula)
    return text[0].upper() + text[1:] if text.startswith("not ") else text


def _evaluation_steps(formula: Formula, names: tuple[str, ...], row: int) -> list[str]:
    """Write the truth value of each part of a formula, the innermost first."""
    if isinstance(formula, str):
        return []
    steps = [step for part in formula.parts for step in _evaluation_steps(part, names, row)]
    return [*steps, f"{_formula_text(formula)} is {_truth_text(formula, names, row)}."]


def _refutation(kind: str, names: tuple[str, ...], formulas: Formulas, row: int) -> str:
    """Write why an assignment is not an answer."""
    *premises, last = formulas
    if kind == "satisfy":
        premises.append(last)
    for premise in premises:
        if _truth_text(premise, names, row) == "false":
            return f"{formula_words(premise)} is false."
    return f"{formula_words(last)} is true."
