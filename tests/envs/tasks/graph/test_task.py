"""The promises of the problems about graphs, checked by a search through all answers."""

import re
from collections.abc import Iterator
from itertools import pairwise, permutations, product

import pytest

from rethink_gym.envs.tasks.graph.task import Graph

Edges = dict[tuple[str, str], int]


def graph_of(prompt: str) -> tuple[list[str], Edges]:
    """Read the graph from a prompt; an undirected edge is returned in both directions."""
    edges: Edges = {}
    listed = re.findall(r"\b([K-Z])(->|-)([K-Z])\b(?: \(cost (\d+)\))?", prompt.split(". ")[0])
    for start, sign, end, cost in listed:
        edges[start, end] = int(cost or 1)
        if sign == "-":
            edges[end, start] = int(cost or 1)
    nodes = re.findall(r"\b[K-Z]\b", prompt.split(" and the edges")[0])
    return nodes, edges


def simple_paths(nodes: list[str], edges: Edges, start: str, end: str) -> dict[str, int]:
    """Return the length of every path that visits no node twice."""
    inner = [node for node in nodes if node not in (start, end)]
    lengths = {}
    for size in range(len(inner) + 1):
        for between in permutations(inner, size):
            path = (start, *between, end)
            if all(pair in edges for pair in pairwise(path)):
                lengths["-".join(path)] = sum(edges[pair] for pair in pairwise(path))
    return lengths


def trails(edges: Edges, walk: str, left: frozenset[frozenset[str]]) -> Iterator[str]:
    """Yield every walk along all remaining edges that starts here."""
    if not left:
        yield walk
    for pair in left:
        if walk[-1] in pair:
            [other] = pair - {walk[-1]}
            yield from trails(edges, walk + other, left - {pair})


@pytest.mark.parametrize("kind", ["path", "route"])
def test_exactly_the_shortest_paths_are_correct(kind: str) -> None:
    task = Graph(kind=kind)
    verifier = task.make_verifier()
    num_none = 0
    for index in range(60):
        problem = task.problem(index, "train")
        nodes, edges = graph_of(problem.prompt)
        [(start, end)] = re.findall(r"path from (\w) to (\w)\.", problem.prompt)
        paths = simple_paths(nodes, edges, start, end)
        least = min(paths.values(), default=None)
        for path, length in paths.items():
            assert verifier.verify(f"A: {path}", problem).correct is (length == least)
        assert verifier.verify("A: none", problem).correct is (not paths)
        assert (start, end) not in edges
        num_none += not paths
        if kind == "route" and edges:
            assert max(edges.values()) <= task.max_cost
    assert 3 <= num_none <= 25


def test_exactly_the_reachable_nodes_are_correct_in_any_order() -> None:
    task = Graph(kind="reach")
    verifier = task.make_verifier()
    for index in range(60):
        problem = task.problem(index, "train")
        nodes, edges = graph_of(problem.prompt)
        [start] = re.findall(r"reached from (\w)\?", problem.prompt)
        reached = {
            node for node in nodes if node == start or simple_paths(nodes, edges, start, node)
        }
        assert 2 <= len(reached) < len(nodes)
        for order in (sorted(reached), sorted(reached, reverse=True)):
            assert verifier.verify(f"A: {', '.join(order)}", problem).correct
        for wrong in (nodes, sorted(reached)[1:], [*reached, start]):
            assert not verifier.verify(f"A: {', '.join(wrong)}", problem).correct


def test_exactly_the_topological_orders_are_correct() -> None:
    task = Graph(kind="order", min_nodes=4, max_nodes=5)
    verifier = task.make_verifier()
    for index in range(25):
        problem = task.problem(index, "train")
        nodes, edges = graph_of(problem.prompt)
        for order in permutations(nodes):
            is_correct = all(order.index(start) < order.index(end) for start, end in edges)
            assert verifier.verify(f"A: {', '.join(order)}", problem).correct is is_correct


def test_exactly_the_proper_colorings_are_correct_and_two_colors_are_too_few() -> None:
    task = Graph(kind="colors", min_nodes=4, max_nodes=5)
    verifier = task.make_verifier()
    for index in range(15):
        problem = task.problem(index, "train")
        nodes, edges = graph_of(problem.prompt)
        for colors in product((1, 2, 3), repeat=len(nodes)):
            color = dict(zip(nodes, colors, strict=True))
            is_correct = all(color[start] != color[end] for start, end in edges)
            answer = ", ".join(f"{node}={number}" for node, number in color.items())
            assert verifier.verify(f"A: {answer}", problem).correct is is_correct
            assert not (is_correct and len(set(colors)) < 3)


def test_exactly_the_walks_along_all_edges_are_correct() -> None:
    task = Graph(kind="trail", min_nodes=4, max_nodes=5)
    verifier = task.make_verifier()
    num_none = 0
    for index in range(60):
        problem = task.problem(index, "train")
        nodes, edges = graph_of(problem.prompt)
        pairs = frozenset(map(frozenset, edges))
        walks = [walk for node in nodes for walk in trails(edges, node, pairs)]
        for walk in walks[:50]:
            assert verifier.verify(f"A: {'-'.join(walk)}", problem).correct
            assert not verifier.verify(f"A: {'-'.join(walk[:-1])}", problem).correct
            assert not verifier.verify(f"A: {'-'.join(walk + walk[-2])}", problem).correct
        assert verifier.verify("A: none", problem).correct is (not walks)
        num_none += not walks
    assert 8 <= num_none <= 35


def test_graphs_grow_with_the_arguments() -> None:
    for task in (Graph(min_nodes=4, max_nodes=4), Graph(min_nodes=12, max_nodes=12)):
        for index in range(30):
            nodes, edges = graph_of(task.problem(index, "test").prompt)
            assert len(nodes) == task.min_nodes
            assert len({frozenset(edge) for edge in edges}) >= task.min_nodes - 2
