"""Draws small graphs of which an answer is known to exist."""

from itertools import combinations, pairwise

from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.verifiers.puzzles.graph import Edge, Network

__all__ = ["NUM_COLORS", "draw_colorable", "draw_connected", "draw_walk"]

NUM_COLORS = 3


def draw_connected(
    rng: TaskRNG,
    names: list[str],
    max_extra_edges: int,
    *,
    is_directed: bool = False,
    max_cost: int = 1,
) -> Network:
    """Draw a tree over the nodes, and edges beyond it.

    Args:
        rng: The only source of randomness.
        names: The nodes; directed edges lead from earlier to later ones.
        max_extra_edges: Most edges beyond the tree.
        is_directed: Whether the edges have a direction.
        max_cost: Largest weight of an edge; the smallest is 1.

    Returns:
        The graph, which is in one piece.
    """
    pairs = [(rng.choice(names[:place]), names[place]) for place in range(1, len(names))]
    known = set(pairs)
    others = [
        (start, end)
        for place, end in enumerate(names)
        for start in names[:place]
        if (start, end) not in known
    ]
    num_extra = rng.randint(0, max_extra_edges)
    pairs += rng.sample(others, min(num_extra, len(others)))
    costs = rng.integers(max_cost, size=len(pairs))
    edges = [
        Edge(start, end, 1 + cost) if is_directed else Edge(*_in_order(start, end), 1 + cost)
        for (start, end), cost in zip(pairs, costs, strict=True)
    ]
    return Network("".join(sorted(names)), tuple(rng.permutation(edges)), is_directed)


def draw_walk(rng: TaskRNG, names: list[str], max_extra_edges: int) -> Network:
    """Draw a graph out of a walk through all nodes that uses no edge twice.

    Args:
        rng: The only source of randomness.
        names: The nodes.
        max_extra_edges: Most edges beyond those that reach all nodes.

    Returns:
        The graph; one can walk along every edge exactly once.
    """
    pairs = [_in_order(*pair) for pair in pairwise(names)]
    here = names[-1]
    for _ in range(rng.randint(0, max_extra_edges)):
        free = [name for name in names if name != here and _in_order(here, name) not in pairs]
        if not free:
            break
        there = rng.choice(free)
        pairs.append(_in_order(here, there))
        here = there
    edges = [Edge(*pair) for pair in rng.permutation(pairs)]
    return Network("".join(sorted(names)), tuple(edges))


def draw_colorable(rng: TaskRNG, names: list[str], max_extra_edges: int) -> Network:
    """Draw a graph that two colours are too few for, and three are enough.

    Args:
        rng: The only source of randomness.
        names: The nodes, at least 3.
        max_extra_edges: Most edges beyond three between the first nodes, and two for each
            of the others.

    Returns:
        The graph.
    """
    colors = {node: place % NUM_COLORS for place, node in enumerate(names)}
    pairs = list(combinations(names[:NUM_COLORS], 2))
    for place in range(NUM_COLORS, len(names)):
        near = [node for node in names[:place] if colors[node] != colors[names[place]]]
        pairs += [(other, names[place]) for other in rng.sample(near, 2)]
    known = set(pairs)
    others = [
        (one, other)
        for place, other in enumerate(names)
        for one in names[:place]
        if colors[one] != colors[other] and (one, other) not in known
    ]
    num_extra = rng.randint(0, max_extra_edges)
    pairs += rng.sample(others, min(num_extra, len(others)))
    edges = [Edge(*_in_order(*pair)) for pair in rng.permutation(pairs)]
    return Network("".join(sorted(names)), tuple(edges))


def _in_order(start: str, end: str) -> tuple[str, str]:
    return (start, end) if start < end else (end, start)
