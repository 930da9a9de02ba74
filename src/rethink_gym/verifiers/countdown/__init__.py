"""Reaching a number from others with + - * /: reading, judging, moves, all solutions."""

from rethink_gym.verifiers.countdown.canonical import canonical_solution
from rethink_gym.verifiers.countdown.move import apply_move, legal_moves, moves_of
from rethink_gym.verifiers.countdown.solver import MAX_NUMBERS, find_solutions
from rethink_gym.verifiers.countdown.tree import parse_tree
from rethink_gym.verifiers.countdown.verifier import CountdownVerifier

__all__ = [
    "MAX_NUMBERS",
    "CountdownVerifier",
    "apply_move",
    "canonical_solution",
    "find_solutions",
    "legal_moves",
    "moves_of",
    "parse_tree",
]
