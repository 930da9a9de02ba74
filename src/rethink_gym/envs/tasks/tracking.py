"""People, things and places to keep track of."""

from typing import ClassVar, NamedTuple, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import argument_error, check_choice, check_count
from rethink_gym.verifiers.puzzles.given import ListVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Tracking"]

KINDS = ("swaps", "rooms", "queue")
ASKS = ("one", "all")
MAX_PEOPLE = 8


class Question(NamedTuple):
    """A story with a question.

    Attributes:
        text: What happens, and what is asked; people are ``{0}``, ``{1}`` and so on.
        steps: How things stand after each move.
        answer: What is asked for.
        people: The names of the people.
    """

    text: str
    steps: tuple[str, ...]
    answer: str
    people: tuple[str, ...]


class Tracking(GeneratedTask[Question]):
    """Stories in which things change hands, people change rooms, or a queue changes.

    In "swaps" people swap what they hold; in "rooms" they walk to rooms, alone, after each
    other or all together; in "queue" they change places. To know how it ends, every move has
    to be followed.

    **Example.** ``Ann has the ball, Ben has the kite and Cleo has the drum. Ann and Cleo
    swap what they have. Ben and Ann swap what they have. What does Ann have at the end?
    Answer with one word.`` Answer: ``kite``.

    **Difficulty.** ``num_people``: 3 are easy, 8 are hard. ``min_moves`` and ``max_moves``
    say how much happens. ``ask``: ``"one"`` asks for one thing, person or room, ``"all"``
    for how everything stands, which guessing hardly ever hits. ``kind`` picks one sort.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for the right word, or all words in the right order, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``Tracking-v0``, ``TrackingSelfCorrect-v0``.

    Args:
        kind: ``"swaps"``, ``"rooms"``, ``"queue"``, or ``"mixed"`` for all of them.
        num_people: How many people there are, from 3 to 8.
        min_moves: Fewest moves, at least 1.
        max_moves: Most moves.
        ask: ``"one"`` or ``"all"``.

    Raises:
        ArgumentError: If an argument is out of its range.

    References:
        Weston et al., "Towards AI-Complete Question Answering: A Set of Prerequisite Toy
        Tasks", 2015, sections 3.1 and 3.2 (arXiv:1502.05698).
    """

    name: ClassVar = "tracking"

    def __init__(
        self,
        *,
        kind: str = "mixed",
        num_people: int = 3,
        min_moves: int = 2,
        max_moves: int = 4,
        ask: str = "one",
    ) -> None:
        self.kind = check_choice("kind", kind, (*KINDS, "mixed"))
        self.num_people = check_count("num_people", num_people, 3)
        if num_people > MAX_PEOPLE:
            raise argument_error("num_people", f"at most {MAX_PEOPLE}", num_people)
        self.min_moves = check_count("min_moves", min_moves)
        self.max_moves = check_count("max_moves", max_moves, min_moves)
        self.ask = check_choice("ask", ask, ASKS)

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "kind": self.kind,
            "num_people": self.num_people,
            "min_moves": self.min_moves,
            "max_moves": self.max_moves,
            "ask": self.ask,
        }

    def draw(self, rng: TaskRNG) -> Question:
        """Draw people, moves and what is asked."""
        kind = rng.choice(KINDS) if self.kind == "mixed" else self.kind
        num_moves = rng.randint(self.min_moves, self.max_moves)
        tell = {"swaps": _tell_swaps, "rooms": _tell_rooms, "queue": _tell_queue}[kind]
        asked = -1 if self.ask == "all" else rng.randbelow(2 * self.num_people)
        text, steps, answer = tell(rng, list(_BLANKS[: self.num_people]), num_moves, asked)
        return Question(text, tuple(steps), answer, self._draw_people(rng))

    def redraw(self, question: Question, rng: TaskRNG) -> Question:
        """Draw other people for a story."""
        return question._replace(people=self._draw_people(rng))

    def render_prompt(self, question: Question) -> str:
        """Return the story and the question."""
        return f"{question.text.format(*question.people)}\n{ANSWER_FORMAT}"

    def solve(self, question: Question) -> tuple[str, str | None]:
        """Return the answer, and how things stand after each move."""
        _, steps, answer, people = question
        return answer.format(*people), "\n".join((*steps, f"A: {answer}")).format(*people)

    def make_verifier(self) -> Verifier:
        """Build the verifier of lists."""
        return ListVerifier()

    def _draw_people(self, rng: TaskRNG) -> tuple[str, ...]:
        return tuple(rng.sample(_NAMES, self.num_people))


_BLANKS = tuple(f"{{{place}}}" for place in range(MAX_PEOPLE))
"""What stands in a story until the people are known."""

_NAMES = (
    *("Ann", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana", "Ida", "Jack", "Kim", "Leo"),
    *("Mia", "Ned", "Olga", "Pia", "Rex", "Sue", "Tim", "Vera"),
)
_THINGS = (
    *("ball", "book", "kite", "drum", "coin", "lamp", "hat", "ring", "key", "cup", "pen", "map"),
    *("flute", "shell", "candle", "mask"),
)
_ROOMS = ("kitchen", "garden", "attic", "hall", "cellar", "office", "library", "garage")
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_Told: TypeAlias = tuple[str, list[str], str]
"""What happens and what is asked, how things stand after each move, and the answer."""

_IN_ORDER = "Answer in this order, separated by commas."


def _tell_swaps(rng: TaskRNG, people: list[str], num_moves: int, asked: int) -> _Told:
    holds = dict(zip(people, rng.sample(_THINGS, len(people)), strict=True))
    said = [f"{_listed([f'{name} has the {thing}' for name, thing in holds.items()])}."]
    steps = []
    for _ in range(num_moves):
        one, other = rng.sample(people, 2)
        holds[one], holds[other] = holds[other], holds[one]
        said.append(f"{one} and {other} swap what they have.")
        steps.append(f"{one} has the {holds[one]}, {other} has the {holds[other]}.")
    name = people[asked % len(people)]
    if asked < 0:
        said.append(f"What do {_listed(people)} have at the end? {_IN_ORDER}")
        answer = ", ".join(holds.values())
    elif asked < len(people):
        said.append(f"What does {name} have at the end? Answer with one word.")
        answer = holds[name]
    else:
        said.append(f"Who has the {holds[name]} at the end? Answer with one word.")
        answer = name
    return (" ".join(said), steps, answer)


def _tell_rooms(rng: TaskRNG, people: list[str], num_moves: int, asked: int) -> _Told:
    rooms = rng.sample(_ROOMS, max(3, len(people) - 1))
    where = dict(zip(people, [rng.choice(rooms) for _ in people], strict=True))
    said = [f"{_listed([f'{name} is in the {room}' for name, room in where.items()])}."]
    steps = []
    for _ in range(num_moves):
        kind = rng.randint(0, 3)
        one, other = rng.sample(people, 2)
        goal = rng.choice([room for room in rooms if room != where[one]])
        if kind == 0 and where[one] != where[other]:
            said.append(f"{one} goes to {other}.")
            movers, goal = [one], where[other]
        elif kind == 1:
            said.append(f"Everyone in the {where[one]} goes to the {goal}.")
            movers = [name for name in people if where[name] == where[one]]
        else:
            said.append(f"{one} goes to the {goal}.")
            movers = [one]
        where.update(dict.fromkeys(movers, goal))
        verb = "is" if len(movers) == 1 else "are"
        steps.append(f"{_listed(movers)} {verb} in the {goal}.")
    name = people[asked % len(people)]
    if asked < 0:
        said.append(f"In which rooms are {_listed(people)} at the end? {_IN_ORDER}")
        answer = ", ".join(where.values())
    else:
        said.append(f"In which room is {name} at the end? Answer with one word.")
        answer = where[name]
    return (" ".join(said), steps, answer)


def _tell_queue(rng: TaskRNG, people: list[str], num_moves: int, asked: int) -> _Told:
    queue = list(people)
    said = [f"In a queue stand, from the front, {_listed(queue)}."]
    steps = []
    for _ in range(num_moves):
        kind = rng.randint(0, 3)
        one, other = rng.sample(queue, 2)
        if kind == 0 and queue[0] != one:
            said.append(f"{one} goes to the front.")
            queue.remove(one)
            queue.insert(0, one)
        elif kind == 1 and queue[-1] != one:
            said.append(f"{one} goes to the back.")
            queue.remove(one)
            queue.append(one)
        elif kind == 2:
            said.append(f"The first two leave the queue and stand at the back, {queue[0]} last.")
            queue = [*queue[2:], queue[1], queue[0]]
        else:
            said.append(f"{one} and {other} change places.")
            first, second = queue.index(one), queue.index(other)
            queue[first], queue[second] = other, one
        steps.append(f"From the front: {', '.join(queue)}.")
    if asked < 0:
        said.append(
            "In which order do they stand at the end? Answer from the front, separated by commas."
        )
        return (" ".join(said), steps, ", ".join(queue))
    place = asked % len(queue)
    said.append(f"Who is {_PLACES[place]} from the front at the end? Answer with one word.")
    return (" ".join(said), steps, queue[place])


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
