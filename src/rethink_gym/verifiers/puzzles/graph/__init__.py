"""Small graphs: written and read, walked through, and answers about them."""

from rethink_gym.verifiers.puzzles.graph.network import (
    Edge,
    Network,
    distances_from,
    graph_question,
    has_trail,
)
from rethink_gym.verifiers.puzzles.graph.verifier import GraphVerifier

__all__ = [
    "Edge",
    "GraphVerifier",
    "Network",
    "distances_from",
    "graph_question",
    "has_trail",
]
