"""Graph problems: small graphs, distances and trails, and the verifier of answers."""

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
