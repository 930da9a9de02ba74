"""Small graphs: paths, reach, order, colours and walks."""

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
"""No node is called A, which is how the answer is marked."""

MAX_DRAWS = 1_000


class Question(NamedTuple):
    """A question about a graph.

    Attributes:
        kind: One of `KINDS`.
        arguments: The start and the end of a path, or the start of a reach.
        network: The graph.
    """

    kind: str
    arguments: tuple[str, ...]
    network: Network


class Graph(GeneratedTask[Question]):
    """Questions about small graphs.

    Of six kinds: a shortest path, the cheapest route along edges with costs, all nodes that
    can be reached, an order in which all edges lead forwards, a colouring with three
    colours, and a walk along every edge exactly once. Where many answers are right, each
    is accepted, since answers are checked on the graph. A path does not exist for a sixth
    of the questions, a walk for a third.

    **Example.** ``A graph has the nodes K, L, M and N and the edges K-L, M-N and L-M. Find a
    shortest path from K to N. Answer with its nodes in order, joined by -, or with none if
    there is no path.`` Answer: ``K-L-M-N``.

    **Difficulty.** ``min_nodes`` and ``max_nodes``: 4 are easy, 12 are hard.
    ``max_extra_edges``: how many edges there are beyond those that hold the graph together.
    ``max_cost``: the largest cost of an edge. ``kind``: one kind only, or ``"mixed"``.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems, disjoint
    because each question belongs to the one split that its hash says, however its edges are
    ordered.

    **Reward.** 1 for a right answer, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``Graph-v0``, ``GraphSelfCorrect-v0``.

    Args:
        kind: ``"path"``, ``"route"``, ``"reach"``, ``"order"``, ``"colors"``, ``"trail"``,
            or ``"mixed"`` for all of them.
        min_nodes: Fewest nodes, at least 4.
        max_nodes: Most nodes, at most 12.
        max_extra_edges: Most edges beyond a tree, at least 1.
        max_cost: Largest cost of an edge of a route, at least 2.

    Raises:
        ArgumentError: If an argument is out of its range.
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
        """Draw graphs until one has an answer of the sort that was drawn first."""
        kind = rng.choice(KINDS) if self.kind == "mixed" else self.kind
        sort = rng.randbelow(6)
        nodes = LETTERS[: rng.randint(self.min_nodes, self.max_nodes)]
        for _ in range(MAX_DRAWS):
            question = self._draw_once(rng, kind, sort, nodes)
            if question is not None:
                return question
        raise argument_error("max_nodes", "large enough for such questions", self.max_nodes)

    def redraw(self, question: Question, rng: TaskRNG) -> Question:
        """Give the nodes of a graph other names."""
        kind, arguments, network = question
        names = dict(zip(network.nodes, rng.permutation(network.nodes), strict=True))
        edges = []
        for start, end, weight in network.edges:
            one, other = names[start], names[end]
            is_turned = other < one and not network.is_directed
            edges.append(Edge(other, one, weight) if is_turned else Edge(one, other, weight))
        network = Network(network.nodes, tuple(edges), network.is_directed)
        return Question(kind, tuple([names[node] for node in arguments]), network)

    def render_prompt(self, question: Question) -> str:
        """Describe the graph and ask the question."""
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
        """Return the question without the order of the edges, which changes nothing."""
        kind, arguments, network = question
        edges = tuple(sorted(network.edges))
        return graph_question(kind, arguments, Network(network.nodes, edges, network.is_directed))

    def solve(self, question: Question) -> tuple[str, str | None]:
        """Return an answer, and the way to it."""
        kind, arguments, network = question
        kind = "path" if kind == "route" else kind
        answer, steps = solve_graph(kind, arguments, network)
        given = (str(NUM_COLORS),) if kind == "colors" else arguments
        gold = with_question(answer, graph_question(kind, given, network))
        return gold, "\n".join((*steps, f"A: {answer}"))

    def make_verifier(self) -> Verifier:
        """Build the verifier of answers about graphs."""
        return GraphVerifier()

    def _draw_once(self, rng: TaskRNG, kind: str, sort: int, nodes: str) -> Question | None:
        names = rng.sample(nodes, len(nodes))
        if kind == "order":
            network = draw_connected(rng, names, self.max_extra_edges, is_directed=True)
            return Question(kind, (), network)
        if kind == "colors":
            return Question(kind, (), draw_colorable(rng, names, self.max_extra_edges))
        if kind == "trail":
            if sort % 3:
                return Question(kind, (), draw_walk(rng, names, self.max_extra_edges))
            network = draw_connected(rng, names, self.max_extra_edges)
            return None if has_trail(network) else Question(kind, (), network)
        is_split = kind == "reach" or sort % 6 == 0
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
        is_next = any({start, end} == {edge.start, edge.end} for edge in edges)
        return None if is_next else Question(kind, (start, end), network)


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
