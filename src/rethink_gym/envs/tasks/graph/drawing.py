"""Random small graphs that are known to have an answer."""

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
    """Draw a tree over the nodes, and further edges.

    Args:
        rng: The only source of randomness.
        names: The nodes; directed edges lead from earlier to later ones.
        max_extra_edges: Maximum number of edges in addition to the tree.
        is_directed: Whether the edges have a direction.
        max_cost: Largest weight of an edge; the smallest is 1.

    Returns:
        A connected graph.
    """
    pairs = [(rng.choice(names[:index]), names[index]) for index in range(1, len(names))]
    tree = set(pairs)
    others = [
        (start, end)
        for index, end in enumerate(names)
        for start in names[:index]
        if (start, end) not in tree
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
    """Draw a walk that visits all nodes and uses no edge twice, and return its graph.

    Args:
        rng: The only source of randomness.
        names: The nodes.
        max_extra_edges: Maximum number of edges in addition to those that reach all nodes.

    Returns:
        A graph with a walk along every edge exactly once.
    """
    pairs = [_in_order(*pair) for pair in pairwise(names)]
    node = names[-1]
    for _ in range(rng.randint(0, max_extra_edges)):
        free = [name for name in names if name != node and _in_order(node, name) not in pairs]
        if not free:
            break
        next_node = rng.choice(free)
        pairs.append(_in_order(node, next_node))
        node = next_node
    edges = [Edge(*pair) for pair in rng.permutation(pairs)]
    return Network("".join(sorted(names)), tuple(edges))


def draw_colorable(rng: TaskRNG, names: list[str], max_extra_edges: int) -> Network:
    """Draw a graph that can be coloured with three colours but not with two.

    Args:
        rng: The only source of randomness.
        names: The nodes, at least 3.
        max_extra_edges: Maximum number of edges in addition to a triangle of the first
            three nodes and two edges for each other node.

    Returns:
        The graph.
    """
    colors = {node: index % NUM_COLORS for index, node in enumerate(names)}
    pairs = list(combinations(names[:NUM_COLORS], 2))
    for index in range(NUM_COLORS, len(names)):
        allowed = [node for node in names[:index] if colors[node] != colors[names[index]]]
        pairs += [(other, names[index]) for other in rng.sample(allowed, 2)]
    used = set(pairs)
    others = [
        (one, other)
        for index, other in enumerate(names)
        for one in names[:index]
        if colors[one] != colors[other] and (one, other) not in used
    ]
    num_extra = rng.randint(0, max_extra_edges)
    pairs += rng.sample(others, min(num_extra, len(others)))
    edges = [Edge(*_in_order(*pair)) for pair in rng.permutation(pairs)]
    return Network("".join(sorted(names)), tuple(edges))


def _in_order(start: str, end: str) -> tuple[str, str]:
    return (start, end) if start < end else (end, start)
