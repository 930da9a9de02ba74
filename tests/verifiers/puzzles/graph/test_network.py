"""Distances, trails and the text form of graphs."""

import pytest

from rethink_gym.verifiers.puzzles.graph import (
    Edge,
    Network,
    distances_from,
    graph_question,
    has_trail,
)


def test_distances_follow_directions_and_lengths() -> None:
    edges = (Edge("K", "L", 4), Edge("K", "M", 1), Edge("M", "L", 2))
    assert distances_from(Network("KLMN", edges), "K") == {"K": 0, "M": 1, "L": 3}
    assert distances_from(Network("KLMN", edges), "L") == {"L": 0, "M": 2, "K": 3}
    assert distances_from(Network("KLMN", edges, is_directed=True), "L") == {"L": 0}


@pytest.mark.parametrize(
    ("edges", "is_possible"),
    [("", True), ("KL", True), ("KL LM MK", True), ("KL KM KN", False), ("KL MN", False)],
)
def test_a_walk_along_all_edges_needs_one_piece_and_at_most_two_odd_nodes(
    edges: str, is_possible: bool
) -> None:
    network = Network("KLMN", tuple(Edge(*pair) for pair in edges.split()))
    assert has_trail(network) is is_possible


def test_a_question_is_written_as_the_gold_names_it() -> None:
    network = Network("KLM", (Edge("K", "L", 7), Edge("L", "M")))
    assert graph_question("path", ("K", "M"), network) == "path K M; KLM; K-L:7 L-M:1"
    directed = Network("KL", (Edge("K", "L"),), is_directed=True)
    assert graph_question("order", (), directed) == "order; KL; K>L:1"
