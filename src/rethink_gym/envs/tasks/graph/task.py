"""Small graphs: paths, reachability, orders, colourings and walks."""

from typing import ClassVar, NamedTuple

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.envs.tasks.graph.drawing import (
    NUM_COLORS,
    draw_colorable,
    draw_connected,
    draw_walk,
)
from rethink_gym.envs.tasks.graph.solution import solve_graph
from rethink_gym.errors import argument_error, check_choice, check_count
from rethink_gym.verifiers.puzzles.given import with_question
from rethink_gym.verifiers.puzzles.graph import (
    Edge,
    GraphVerifier,
    Network,
    graph_question,
    has_trail,
)
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Graph"]

KINDS = ("path", "route", "reach", "order", "colors", "trail")
LETTERS = "KLMNPQRSTUVW"
"""Names of the nodes, without A, which marks the answer."""

MAX_DRAWS = 1_000


class Question(NamedTuple):
    """A question about a graph.

    Attributes:
        kind: One of `KINDS`.
        arguments: The start and the end of a path, or the node from which others are reached.
        network: The graph.
    """

    kind: str
    arguments: tuple[str, ...]
    network: Network


class Graph(GeneratedTask[Question]):
    """Questions about small graphs.

    There are six kinds: a shortest path, a cheapest route along edges with costs, all
    reachable nodes, a topological order, a colouring with three colours, and a walk along
    every edge exactly once. Every correct answer is accepted, since answers are checked on
    the graph. No path exists in a sixth of the questions about paths, and no walk in a third
    of the questions about walks.

    **Example.** ``A graph has the nodes K, L, M and N and the edges K-L, M-N and L-M. Find a
    shortest path from K to N. Answer with its nodes in order, joined by -, or with none if
    there is no path.`` Answer: ``K-L-M-N``.

    **Difficulty.** ``min_nodes`` and ``max_nodes``: 4 are easy, 12 are hard.
    ``max_extra_edges`` bounds the number of edges in addition to those that connect the graph.
    ``max_cost`` bounds the cost of an edge. ``kind`` selects one kind, or ``"mixed"``.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems. The splits are
    disjoint: the hash of a question, independent of the order of its edges, decides its split.

    **Reward.** 1 for a correct answer, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``Graph-v0``, ``GraphSelfCorrect-v0``.

    Args:
        kind: ``"path"``, ``"route"``, ``"reach"``, ``"order"``, ``"colors"``, ``"trail"``,
            or ``"mixed"`` for all kinds with equal probability.
        min_nodes: Minimum number of nodes, at least 4.
        max_nodes: Maximum number of nodes, at most 12.
        max_extra_edges: Maximum number of edges in addition to a tree, at least 1.
        max_cost: Largest cost of an edge of a route, at least 2.

    Raises:
        ArgumentError: If ``kind`` is unknown, ``min_nodes`` is less than 4, ``max_nodes`` is
            less than ``min_nodes`` or more than 12, ``max_extra_edges`` is less than 1, or
            ``max_cost`` is less than 2.
    """

    name: ClassVar = "graph"

    def __init__(
        self,
        *,
        kind: str = "mixed",
        min_nodes: int = 5,
        max_nodes: int = 6,
        max_extra_edges: int = 2,
        max_cost: int = 9,
    ) -> None:
        self.kind = check_choice("kind", kind, (*KINDS, "mixed"))
        self.min_nodes = check_count("min_nodes", min_nodes, 4)
        self.max_nodes = check_count("max_nodes", max_nodes, min_nodes)
        if max_nodes > len(LETTERS):
            raise argument_error("max_nodes", f"at most {len(LETTERS)}", max_nodes)
        self.max_extra_edges = check_count("max_extra_edges", max_extra_edges)
        self.max_cost = check_count("max_cost", max_cost, 2)

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "kind": self.kind,
            "min_nodes": self.min_nodes,
            "max_nodes": self.max_nodes,
            "max_extra_edges": self.max_extra_edges,
            "max_cost": self.max_cost,
        }

    def draw(self, rng: TaskRNG) -> Question:
        """Draw first whether an answer exists, then graphs until one fits."""
        kind = rng.choice(KINDS) if self.kind == "mixed" else self.kind
        case = rng.randbelow(6)  # of six cases, 0 has no path, and 0 and 3 have no walk
        nodes = LETTERS[: rng.randint(self.min_nodes, self.max_nodes)]
        for _ in range(MAX_DRAWS):
            question = self._try_question(rng, kind, case, nodes)
            if question is not None:
                return question
        raise argument_error("max_nodes", "large enough for such questions", self.max_nodes)

    def redraw(self, question: Question, rng: TaskRNG) -> Question:
        """Rename the nodes of a graph."""
        kind, arguments, network = question
        names = dict(zip(network.nodes, rng.permutation(network.nodes), strict=True))
        edges = []
        for start, end, weight in network.edges:
            one, other = names[start], names[end]
            is_swapped = other < one and not network.is_directed
            edges.append(Edge(other, one, weight) if is_swapped else Edge(one, other, weight))
        network = Network(network.nodes, tuple(edges), network.is_directed)
        return Question(kind, tuple([names[node] for node in arguments]), network)

    def render_prompt(self, question: Question) -> str:
        """Return a prompt that describes the graph and asks the question."""
        kind, arguments, network = question
        sign = "->" if network.is_directed else "-"
        edges = [f"{start}{sign}{end}" for start, end, _ in network.edges]
        if kind == "route":
            edges = [f"{start}-{end} (cost {weight})" for start, end, weight in network.edges]
        adjective = "directed graph" if network.is_directed else "graph"
        return (
            f"A {adjective} has the nodes {_listed(list(network.nodes))} and the edges "
            f"{_listed(edges)}. {_TASKS[kind].format(*arguments)}\n{ANSWER_FORMAT}"
        )

    def identify(self, question: Question) -> str:
        """Return the question with sorted edges, since their order does not matter."""
        kind, arguments, network = question
        edges = tuple(sorted(network.edges))
        return graph_question(kind, arguments, Network(network.nodes, edges, network.is_directed))

    def solve(self, question: Question) -> tuple[str, str | None]:
        """Return an answer, and the steps to it."""
        kind, arguments, network = question
        kind = "path" if kind == "route" else kind
        answer, steps = solve_graph(kind, arguments, network)
        given = (str(NUM_COLORS),) if kind == "colors" else arguments
        gold = with_question(answer, graph_question(kind, given, network))
        return gold, "\n".join((*steps, f"A: {answer}"))

    def make_verifier(self) -> Verifier:
        """Build the verifier of answers about graphs."""
        return GraphVerifier()

    def _try_question(self, rng: TaskRNG, kind: str, case: int, nodes: str) -> Question | None:
        """Draw a question, or return None if its graph does not fit the case."""
        names = rng.sample(nodes, len(nodes))
        if kind == "order":
            network = draw_connected(rng, names, self.max_extra_edges, is_directed=True)
            return Question(kind, (), network)
        if kind == "colors":
            return Question(kind, (), draw_colorable(rng, names, self.max_extra_edges))
        if kind == "trail":
            if case % 3:
                return Question(kind, (), draw_walk(rng, names, self.max_extra_edges))
            network = draw_connected(rng, names, self.max_extra_edges)
            return None if has_trail(network) else Question(kind, (), network)
        # Two unconnected parts: not all nodes are reached, and no path leads to the other part.
        is_split = kind == "reach" or case == 0
        cut = rng.randint(2, len(names) - 2) if is_split else len(names)
        parts = [part for part in (names[:cut], names[cut:]) if part]
        networks = [
            draw_connected(rng, part, self.max_extra_edges, max_cost=self.max_cost)
            for part in parts
        ]
        edges = [edge for network in networks for edge in network.edges]
        if kind != "route":
            edges = [edge._replace(weight=1) for edge in edges]
        network = Network(nodes, tuple(rng.permutation(edges)))
        start = parts[0][0]
        if kind == "reach":
            return Question(kind, (start,), network)
        end = parts[-1][-1]
        is_edge = any({start, end} == {edge.start, edge.end} for edge in edges)
        return None if is_edge else Question(kind, (start, end), network)


_TASKS = {
    "path": "Find a shortest path from {} to {}. Answer with its nodes in order, joined by -, or "
    "with none if there is no path.",
    "route": "Find a cheapest path from {} to {}. Answer with its nodes in order, joined by -, "
    "or with none if there is no path.",
    "reach": "Which nodes can be reached from {0}? Answer with these nodes, {0} included, "
    "separated by commas.",
    "order": "Put all nodes in an order in which every edge leads from an earlier to a later "
    "node. Answer with the nodes, separated by commas.",
    "colors": "Give each node one of the colors 1, 2 and 3, so that nodes with an edge between "
    "them have different colors. Answer with the color of each node, written like K=1, L=2.",
    "trail": "Find a walk that uses every edge exactly once. Answer with its nodes in order, "
    "joined by -, or with none if there is no such walk.",
}


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}"
