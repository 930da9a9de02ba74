"""Verifier of graph problems: every correct path, order or coloring is accepted."""

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
    """Checks answers to graph problems on the graph, and accepts every correct one.

    The gold answer contains the question, such as
    ``K-L-M given [path K M; KLM; K-L:1 L-M:1]``:

    - ``path K M``: a shortest path, by the sum of the lengths, or ``none``.
    - ``reach K``: all nodes reachable from K, including K, in any order.
    - ``order``: a topological order of all nodes.
    - ``colors 3``: a proper coloring with the colors 1 to 3, such as ``K=1, L=2``.
    - ``trail``: an Euler trail, which uses every edge once, or ``none``.

    Nodes are separated by ``-``, ``->``, commas or blanks. A text with two answers is
    unreadable.

    Examples:
        >>> from rethink_gym.problem import Problem
        >>> from rethink_gym.verifiers.puzzles.graph import GraphVerifier
        >>> gold = "K-L-M given [path K M; KLMN; K-L:1 L-M:1 K-N:1 N-M:1]"
        >>> problem = Problem("graph/0", "Find a shortest path from K to M.", gold)
        >>> GraphVerifier().verify("A: K-N-M", problem).correct
        True
    """

    type: ClassVar = "graph"

    def check_answer(self, answer: str, gold: str) -> Verdict:
        """Check an answer on the graph of the gold answer."""
        question = _parse_question(split_gold(gold)[1])
        parse, find_fault = _KINDS[question.kind]
        nodes = parse(_without_style(answer))
        if nodes is None:
            fault = "The answer is not written as the question asks."
            return refused(Reason.UNREADABLE, answer, fault)
        fault = find_fault(nodes, question)
        if fault:
            return refused(Reason.DIFFERENT, answer, fault)
        return accepted(answer, "it was checked on the graph")


class _Question(NamedTuple):
    kind: str
    arguments: tuple[str, ...]
    network: Network


Nodes = tuple[str, ...]
"""The nodes of an answer in order, empty for "none"; or each node with its color, as "K1"."""

_STYLE = re.compile(r"\\(?:text|mathrm)\s*\{([^{}]*)\}|\\[()\[\]]|[*_$]")
_ARROW = re.compile(r"\\(?:to|rightarrow|longrightarrow)(?![A-Za-z])|→|⟶|–|—|−")  # noqa: RUF001
_NODES = re.compile(r"[A-Z](?:\s*(?:-+>?|>|,|\s)\s*[A-Z])*")
_COLORS = re.compile(r"[A-Z]\s*[=:]\s*[0-9](?:\s*[,;\s]\s*[A-Z]\s*[=:]\s*[0-9])*")


def _without_style(answer: str) -> str:
    text = _STYLE.sub(lambda match: match[1] or "", answer)
    return " ".join(_ARROW.sub("-", text).strip(" .()[]{}").split())


def _parse_nodes(text: str) -> Nodes | None:
    if text.casefold() == "none":
        return ()
    return tuple(re.findall("[A-Z]", text)) if _NODES.fullmatch(text) else None


def _parse_colors(text: str) -> Nodes | None:
    if not _COLORS.fullmatch(text):
        return None
    return tuple(f"{node}{color}" for node, color in re.findall(r"([A-Z])\s*.\s*([0-9])", text))


def _path_fault(nodes: Nodes, question: _Question) -> str:
    start, end = question.arguments
    shortest = distances_from(question.network, start).get(end)
    if not nodes:
        return "" if shortest is None else "There is a path."
    if shortest is None or (nodes[0], nodes[-1]) != (start, end):
        return f"That is no path from {start} to {end}."
    length = 0
    for node, following in pairwise(nodes):
        weight = dict(question.network.neighbors(node)).get(following)
        if weight is None:
            return f"No edge leads from {node} to {following}."
        length += weight
    return "" if length == shortest else "There is a shorter path."


def _reach_fault(nodes: Nodes, question: _Question) -> str:
    reached = distances_from(question.network, question.arguments[0])
    if len(nodes) > len(set(nodes)):
        return "A node stands twice."
    unreachable = sorted(set(nodes) - set(reached))
    if unreachable:
        return f"{unreachable[0]} cannot be reached."
    return "" if len(nodes) == len(reached) else "Not all nodes are there."


def _order_fault(nodes: Nodes, question: _Question) -> str:
    if sorted(nodes) != sorted(question.network.nodes):
        return "Each node must stand exactly once."
    positions = {node: position for position, node in enumerate(nodes)}
    for start, end, _ in question.network.edges:
        if positions[start] > positions[end]:
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
    "path": (_parse_nodes, _path_fault),
    "reach": (_parse_nodes, _reach_fault),
    "order": (_parse_nodes, _order_fault),
    "colors": (_parse_colors, _colors_fault),
    "trail": (_parse_nodes, _trail_fault),
}


@lru_cache(maxsize=4096)
def _parse_question(text: str) -> _Question:
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
        "The gold answer of a graph problem must contain its question, such as "
        f"'given [path K M; KLM; K-L:1 L-M:1]', got {text!r}."
    )
