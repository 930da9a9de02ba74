"""Small graphs: shortest distances, Euler trails, and their text form."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from rethink_gym.errors import argument_error

__all__ = [
    "Edge",
    "Network",
    "distances_from",
    "graph_question",
    "has_trail",
    "read_network",
]


class Edge(NamedTuple):
    """An edge between two nodes.

    Attributes:
        start: One node.
        end: The other node.
        weight: Length of the edge.
    """

    start: str
    end: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Network:
    """A graph.

    Attributes:
        nodes: Its nodes, one capital letter each.
        edges: Its edges, at most one between two nodes.
        is_directed: Whether edges lead only from start to end.
    """

    nodes: str
    edges: tuple[Edge, ...]
    is_directed: bool = False

    def neighbors(self, node: str) -> Iterator[tuple[str, int]]:
        """Yield the neighbors of a node, each with the length of its edge."""
        for start, end, weight in self.edges:
            if start == node:
                yield end, weight
            elif end == node and not self.is_directed:
                yield start, weight


def distances_from(network: Network, start: str) -> dict[str, int]:
    """Return the distance of every reachable node, the nearest first (Dijkstra).

    References:
        Dijkstra, "A note on two problems in connexion with graphs", 1959, problem 2.
    """
    distances: dict[str, int] = {}
    queue = [(0, start)]
    while queue:
        distance, node = heappop(queue)
        if node in distances:
            continue
        distances[node] = distance
        for other, weight in network.neighbors(node):
            if other not in distances:
                heappush(queue, (distance + weight, other))
    return distances


def has_trail(network: Network) -> bool:
    """Return whether an undirected graph has an Euler trail, which uses every edge once.

    References:
        Euler, "Solutio problematis ad geometriam situs pertinentis", 1741.
    """
    degrees = Counter(node for edge in network.edges for node in edge[:2])
    if not degrees:
        return True
    reached = distances_from(network, next(iter(degrees)))
    return set(degrees) <= set(reached) and sum(n % 2 for n in degrees.values()) <= 2


def graph_question(kind: str, arguments: Sequence[str], network: Network) -> str:
    """Write a question in the notation of the gold answer.

    Args:
        kind: Kind of the question, such as ``"path"``.
        arguments: Its arguments, such as the start and the end of a path.
        network: The graph.

    Returns:
        A text such as ``path K M; KLM; K-L:1 L-M:1``; a directed edge is ``K>L:1``.
    """
    sign = ">" if network.is_directed else "-"
    edges = " ".join(f"{start}{sign}{end}:{weight}" for start, end, weight in network.edges)
    return f"{' '.join((kind, *arguments))}; {network.nodes}; {edges}"


def read_network(nodes: str, edges: str) -> Network:
    """Parse the last two parts of a text that `graph_question` wrote.

    Args:
        nodes: The nodes, such as ``KLM``.
        edges: The edges, such as ``K-L:1 L-M:1``.

    Raises:
        ArgumentError: If ``nodes`` and ``edges`` are not a graph in that notation.
    """
    parsed = [_EDGE.fullmatch(edge) for edge in edges.split()]
    matches = [match for match in parsed if match is not None]
    known = set(nodes)
    is_known = all(match[1] in known and match[3] in known for match in matches)
    signs = {match[2] for match in matches}
    if len(matches) < len(parsed) or not is_known or len(signs) > 1 or len(known) < len(nodes):
        raise argument_error("graph", "written like KLM; K-L:1 L-M:1", f"{nodes}; {edges}")
    return Network(
        nodes,
        tuple(Edge(match[1], match[3], int(match[4])) for match in matches),
        signs == {">"},
    )


_EDGE = re.compile(r"([A-Z])([->])([A-Z]):([0-9]{1,9})")
