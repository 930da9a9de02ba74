"""The verifier of questions about graphs: every right path, order or colouring counts."""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar, NamedTuple

from rethink_gym.errors import ArgumentError, VerifierError
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.puzzles.given import GivenVerifier, accepted, refused, split_gold
from rethink_gym.verifiers.puzzles.graph.network import (
    Network,
    distances_from,
    has_trail,
    read_network,
)

__all__ = ["GraphVerifier"]


class GraphVerifier(GivenVerifier):
    """Judges answers about graphs by checking them on the graph.

    The gold answer says what is asked, such as
    ``K-L-M given [path K M; KLM; K-L:1 L-M:1]``:

    - ``path K M``: a shortest path, by the sum of the lengths, or ``none``.
    - ``reach K``: all nodes that can be reached from K, itself included, in any order.
    - ``order``: all nodes in an order in which every edge leads forwards.
    - ``colors 3``: a number from 1 to 3 for each node, such as ``K=1, L=2``, different
      where there is an edge.
    - ``trail``: a walk along every edge exactly once, or ``none``.

    Nodes of a walk or list are joined by ``-``, ``->``, commas or blanks. Every right answer
    counts, and whatever says two things is no answer.
    """

    type: ClassVar = "graph"

    def judge(self, said: str, gold: str) -> Verdict:
        """Judge an answer that was found."""
        question = _read_question(split_gold(gold)[1])
        read, find_fault = _KINDS[question.kind]
        answered = read(_plain(said))
        if answered is None:
            fault = "The answer is not written as the question asks."
            return refused(Reason.UNREADABLE, said, fault)
        fault = find_fault(answered, question)
        if fault:
            return refused(Reason.DIFFERENT, said, fault)
        return accepted(said, "it was checked on the graph")


class _Question(NamedTuple):
    kind: str
    arguments: tuple[str, ...]
    network: Network


Nodes = tuple[str, ...]
"""The nodes of an answer in order, none for the answer "none"; or the colour of each node."""

_STYLE = re.compile(r"\\(?:text|mathrm)\s*\{([^{}]*)\}|\\[()\[\]]|[*_$]")
_ARROW = re.compile(r"\\(?:to|rightarrow|longrightarrow)(?![A-Za-z])|→|⟶|–|—|−")  # noqa: RUF001
_NODES = re.compile(r"[A-Z](?:\s*(?:-+>?|>|,|\s)\s*[A-Z])*")
_COLORS = re.compile(r"[A-Z]\s*[=:]\s*[0-9](?:\s*[,;\s]\s*[A-Z]\s*[=:]\s*[0-9])*")


def _plain(said: str) -> str:
    text = _STYLE.sub(lambda match: match[1] or "", said)
    return " ".join(_ARROW.sub("-", text).strip(" .()[]{}").split())


def _read_nodes(text: str) -> Nodes | None:
    if text.casefold() == "none":
        return ()
    return tuple(re.findall("[A-Z]", text)) if _NODES.fullmatch(text) else None


def _read_colors(text: str) -> Nodes | None:
    if not _COLORS.fullmatch(text):
        return None
    return tuple(f"{node}{color}" for node, color in re.findall(r"([A-Z])\s*.\s*([0-9])", text))


def _path_fault(nodes: Nodes, question: _Question) -> str:
    start, end = question.arguments
    least = distances_from(question.network, start).get(end)
    if not nodes:
        return "" if least is None else "There is a path."
    if least is None or (nodes[0], nodes[-1]) != (start, end):
        return f"That is no path from {start} to {end}."
    length = 0
    for node, following in pairwise(nodes):
        weight = dict(question.network.neighbors(node)).get(following)
        if weight is None:
            return f"No edge leads from {node} to {following}."
        length += weight
    return "" if length == least else "There is a shorter path."


def _reach_fault(nodes: Nodes, question: _Question) -> str:
    reached = distances_from(question.network, question.arguments[0])
    if len(nodes) > len(set(nodes)):
        return "A node stands twice."
    wrong = sorted(set(nodes) - set(reached))
    if wrong:
        return f"{wrong[0]} cannot be reached."
    return "" if len(nodes) == len(reached) else "Not all nodes are there."


def _order_fault(nodes: Nodes, question: _Question) -> str:
    if sorted(nodes) != sorted(question.network.nodes):
        return "Each node must stand exactly once."
    places = {node: place for place, node in enumerate(nodes)}
    for start, end, _ in question.network.edges:
        if places[start] > places[end]:
            return f"{start} must stand before {end}."
    return ""


def _colors_fault(pairs: Nodes, question: _Question) -> str:
    colors = {pair[0]: int(pair[1]) for pair in pairs}
    if sorted(pair[0] for pair in pairs) != sorted(question.network.nodes):
        return "Each node must have exactly one color."
    num_colors = int(question.arguments[0])
    if not all(1 <= color <= num_colors for color in colors.values()):
        return f"The colors are the numbers from 1 to {num_colors}."
    for start, end, _ in question.network.edges:
        if colors[start] == colors[end]:
            return f"{start} and {end} have the same color."
    return ""


def _trail_fault(nodes: Nodes, question: _Question) -> str:
    network = question.network
    if not nodes:
        return "There is such a walk." if has_trail(network) else ""
    left = {frozenset(edge[:2]) for edge in network.edges}
    for pair in map(frozenset, pairwise(nodes)):
        if pair not in left:
            return f"There is no edge {'-'.join(sorted(pair))}, or it was used before."
        left.remove(pair)
    return "Not all edges are used." if left else ""


_KINDS: dict[str, tuple[Callable[[str], Nodes | None], Callable[[Nodes, _Question], str]]] = {
    "path": (_read_nodes, _path_fault),
    "reach": (_read_nodes, _reach_fault),
    "order": (_read_nodes, _order_fault),
    "colors": (_read_colors, _colors_fault),
    "trail": (_read_nodes, _trail_fault),
}


@lru_cache(maxsize=4096)
def _read_question(text: str) -> _Question:
    try:
        head, nodes, edges = text.split("; ")
        network = read_network(nodes, edges)
    except (ValueError, ArgumentError) as error:
        raise _unreadable(text) from error
    kind, *arguments = head.split()
    nodes_named = arguments if kind in ("path", "reach") else []
    if kind not in _KINDS or not set(nodes_named) <= set(nodes):
        raise _unreadable(text)
    return _Question(kind, tuple(arguments), network)


def _unreadable(text: str) -> VerifierError:
    return VerifierError(
        "The gold answer of a problem about a graph must say what is asked, such as "
        f"'given [path K M; KLM; K-L:1 L-M:1]', got {text!r}."
    )
