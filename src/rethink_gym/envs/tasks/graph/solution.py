"""Solutions of questions about small graphs, with their steps."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from rethink_gym.errors import check_choice
from rethink_gym.verifiers.puzzles.graph import Network, distances_from, has_trail

__all__ = ["solve_graph"]


def solve_graph(kind: str, arguments: Sequence[str], network: Network) -> tuple[str, list[str]]:
    """Answer a question about a graph.

    Args:
        kind: ``"path"``, ``"reach"``, ``"order"``, ``"colors"`` or ``"trail"``.
        arguments: The start and the end of a path, or the start of a reach.
        network: The graph.

    Returns:
        An answer in the notation that `GraphVerifier` reads, and the steps to it.

    Raises:
        ArgumentError: If ``kind`` is unknown.
    """
    check_choice("kind", kind, ("path", "reach", "order", "colors", "trail"))
    if kind == "path":
        start, end = arguments
        return _solve_path(start, end, network)
    if kind == "reach":
        distances = distances_from(network, arguments[0])
        return ", ".join(sorted(distances)), _layers(distances)
    if kind == "order":
        return _solve_order(network)
    return _solve_colors(network) if kind == "colors" else _solve_trail(network)


def _solve_path(start: str, end: str, network: Network) -> tuple[str, list[str]]:
    distances = distances_from(network, start)
    steps = _layers(distances)
    if end not in distances:
        return "none", [*steps, f"{end} is not reached."]
    path = [end]
    while path[0] != start:
        previous = min(
            node
            for node, weight in network.neighbors(path[0])
            if distances.get(node) == distances[path[0]] - weight
        )
        path.insert(0, previous)
    return "-".join(path), steps


def _layers(distances: dict[str, int]) -> list[str]:
    """Write the nodes at each distance, one step per distance."""
    layers = groupby(distances, key=distances.__getitem__)
    return [f"At distance {distance}: {', '.join(sorted(nodes))}." for distance, nodes in layers]


def _solve_order(network: Network) -> tuple[str, list[str]]:
    left = list(network.nodes)
    order: list[str] = []
    steps = []
    while left:
        blocked = {end for start, end, _ in network.edges if start in left}
        free = [node for node in left if node not in blocked]
        steps.append(f"No edge from a node that is left leads to {', '.join(free)}.")
        order += free
        left = [node for node in left if node in blocked]
    return ", ".join(order), steps


def _solve_colors(network: Network) -> tuple[str, list[str]]:
    colors: dict[str, int] = {}
    _color(network, colors)
    pairs = [(node, colors[node]) for node in network.nodes]
    steps = [
        f"Color {color}: {', '.join(node for node, own in pairs if own == color)}."
        for color in sorted(set(colors.values()))
    ]
    return ", ".join(f"{node}={color}" for node, color in pairs), steps


def _color(network: Network, colors: dict[str, int]) -> bool:
    """Colour the remaining nodes by backtracking, the most restricted node first.

    Returns:
        Whether a colouring was found; ``colors`` then holds it.
    """
    allowed = {
        node: {1, 2, 3} - {colors[other] for other, _ in network.neighbors(node) if other in colors}
        for node in network.nodes
        if node not in colors
    }
    if not allowed:
        return True
    node = min(allowed, key=lambda name: (len(allowed[name]), name))
    for color in sorted(allowed[node]):
        colors[node] = color
        if _color(network, colors):
            return True
        del colors[node]
    return False


def _solve_trail(network: Network) -> tuple[str, list[str]]:
    degrees = Counter(node for edge in network.edges for node in edge[:2])
    odd = sorted(node for node, degree in degrees.items() if degree % 2)
    counts = ", ".join(f"{node} {degrees[node]}" for node in sorted(degrees))
    steps = [
        f"Edges at each node: {counts}.",
        f"Nodes with an odd number of edges: {', '.join(odd) or 'none'}.",
    ]
    if not has_trail(network):
        return "none", [*steps, "A walk can have at most two of these, its ends."]
    start = odd[0] if odd else min(degrees)
    return "-".join(_walk(network, start)), steps


def _walk(network: Network, start: str) -> list[str]:
    """Find a walk along every edge exactly once, by Hierholzer's algorithm.

    References:
        Hierholzer, "Über die Möglichkeit, einen Linienzug ohne Wiederholung und ohne
        Unterbrechung zu umfahren", 1873.
    """
    left = {node: sorted(other for other, _ in network.neighbors(node)) for node in network.nodes}
    stack, walk = [start], []
    while stack:
        if left[stack[-1]]:
            neighbor = left[stack[-1]].pop(0)
            left[neighbor].remove(stack[-1])
            stack.append(neighbor)
        else:
            walk.append(stack.pop())
    return walk[::-1]
