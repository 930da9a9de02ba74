"""Countdown: expressions of given numbers that reach a target; verifier, moves, solver."""

from rethink_gym.verifiers.puzzles.countdown.canonical import canonical_solution, canonical_text
from rethink_gym.verifiers.puzzles.countdown.move import apply_move, legal_moves, moves_of
from rethink_gym.verifiers.puzzles.countdown.solver import MAX_NUMBERS, find_solutions
from rethink_gym.verifiers.puzzles.countdown.tree import Operation, Tree, parse_tree
from rethink_gym.verifiers.puzzles.countdown.verifier import CountdownVerifier

__all__ = [
    "MAX_NUMBERS",
    "CountdownVerifier",
    "Operation",
    "Tree",
    "apply_move",
    "canonical_solution",
    "canonical_text",
    "find_solutions",
    "legal_moves",
    "moves_of",
    "parse_tree",
]
