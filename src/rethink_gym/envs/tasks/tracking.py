"""Stories in which things, rooms or positions must be tracked."""

from typing import ClassVar, NamedTuple, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import argument_error, check_choice, check_count
from rethink_gym.verifiers.puzzles.list_verifier import ListVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Tracking"]

KINDS = ("swaps", "rooms", "queue")
ASKS = ("one", "all")
MAX_PEOPLE = 8


class Question(NamedTuple):
    """A story with a question.

    Attributes:
        text: The story and the question, with people written as ``{0}``, ``{1}`` and so on.
        steps: The situation after each move.
        answer: The answer.
        people: The names of the people.
    """

    text: str
    steps: tuple[str, ...]
    answer: str
    people: tuple[str, ...]


class Tracking(GeneratedTask[Question]):
    """Stories in which people swap things, walk to rooms, or move in a queue.

    In "swaps" people swap what they hold. In "rooms" they walk to rooms, alone, to another
    person, or all together. In "queue" they change their positions. To find the answer, every
    move must be tracked.

    **Example.** ``Ann has the ball, Ben has the kite and Cleo has the drum. Ann and Cleo
    swap what they have. Ben and Ann swap what they have. What does Ann have at the end?
    Answer with one word.`` Answer: ``kite``.

    **Difficulty.** ``num_people``: 3 are easy, 8 are hard. ``min_moves`` and ``max_moves``
    bound the number of moves. ``ask``: ``"one"`` asks for one thing, person or room,
    ``"all"`` for the whole final situation, which is hard to guess. ``kind`` selects one
    kind of story.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for the correct word, or all words in the correct order, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``Tracking-v0``, ``TrackingSelfCorrect-v0``.

    Args:
        kind: ``"swaps"``, ``"rooms"``, ``"queue"``, or ``"mixed"`` for all kinds with equal
            probability.
        num_people: Number of people, from 3 to 8.
        min_moves: Minimum number of moves, at least 1.
        max_moves: Maximum number of moves.
        ask: ``"one"`` or ``"all"``.

    Raises:
        ArgumentError: If ``kind`` or ``ask`` is unknown, ``num_people`` is not from 3 to 8,
            ``min_moves`` is less than 1, or ``max_moves`` is less than ``min_moves``.

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
        """Draw people, moves and a question."""
        kind = rng.choice(KINDS) if self.kind == "mixed" else self.kind
        num_moves = rng.randint(self.min_moves, self.max_moves)
        write = {"swaps": _write_swaps, "rooms": _write_rooms, "queue": _write_queue}[kind]
        asked = -1 if self.ask == "all" else rng.randbelow(2 * self.num_people)
        text, steps, answer = write(rng, list(_PLACEHOLDERS[: self.num_people]), num_moves, asked)
        return Question(text, tuple(steps), answer, self._draw_people(rng))

    def redraw(self, question: Question, rng: TaskRNG) -> Question:
        """Draw other names for the people of a story."""
        return question._replace(people=self._draw_people(rng))

    def render_prompt(self, question: Question) -> str:
        """Return the story and the question, with the names of the people."""
        return f"{question.text.format(*question.people)}\n{ANSWER_FORMAT}"

    def solve(self, question: Question) -> tuple[str, str | None]:
        """Return the answer, and the situation after each move as the steps."""
        _, steps, answer, people = question
        return answer.format(*people), "\n".join((*steps, f"A: {answer}")).format(*people)

    def make_verifier(self) -> Verifier:
        """Build the verifier of lists."""
        return ListVerifier()

    def _draw_people(self, rng: TaskRNG) -> tuple[str, ...]:
        return tuple(rng.sample(_NAMES, self.num_people))


_PLACEHOLDERS = tuple(f"{{{number}}}" for number in range(MAX_PEOPLE))
"""The people of a story whose names are not drawn yet."""

_NAMES = (
    *("Ann", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana", "Ida", "Jack", "Kim", "Leo"),
    *("Mia", "Ned", "Olga", "Pia", "Rex", "Sue", "Tim", "Vera"),
)
_THINGS = (
    *("ball", "book", "kite", "drum", "coin", "lamp", "hat", "ring", "key", "cup", "pen", "map"),
    *("flute", "shell", "candle", "mask"),
)
_ROOMS = ("kitchen", "garden", "attic", "hall", "cellar", "office", "library", "garage")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_Story: TypeAlias = tuple[str, list[str], str]
"""The text with its question, the situation after each move, and the answer."""

_IN_ORDER = "Answer in this order, separated by commas."


def _write_swaps(rng: TaskRNG, people: list[str], num_moves: int, asked: int) -> _Story:
    holds = dict(zip(people, rng.sample(_THINGS, len(people)), strict=True))
    sentences = [f"{_listed([f'{name} has the {thing}' for name, thing in holds.items()])}."]
    steps = []
    for _ in range(num_moves):
        one, other = rng.sample(people, 2)
        holds[one], holds[other] = holds[other], holds[one]
        sentences.append(f"{one} and {other} swap what they have.")
        steps.append(f"{one} has the {holds[one]}, {other} has the {holds[other]}.")
    name = people[asked % len(people)]
    if asked < 0:
        sentences.append(f"What do {_listed(people)} have at the end? {_IN_ORDER}")
        answer = ", ".join(holds.values())
    elif asked < len(people):
        sentences.append(f"What does {name} have at the end? Answer with one word.")
        answer = holds[name]
    else:
        sentences.append(f"Who has the {holds[name]} at the end? Answer with one word.")
        answer = name
    return (" ".join(sentences), steps, answer)


def _write_rooms(rng: TaskRNG, people: list[str], num_moves: int, asked: int) -> _Story:
    rooms = rng.sample(_ROOMS, max(3, len(people) - 1))
    where = dict(zip(people, [rng.choice(rooms) for _ in people], strict=True))
    sentences = [f"{_listed([f'{name} is in the {room}' for name, room in where.items()])}."]
    steps = []
    for _ in range(num_moves):
        kind = rng.randint(0, 3)
        one, other = rng.sample(people, 2)
        goal = rng.choice([room for room in rooms if room != where[one]])
        if kind == 0 and where[one] != where[other]:
            sentences.append(f"{one} goes to {other}.")
            movers, goal = [one], where[other]
        elif kind == 1:
            sentences.append(f"Everyone in the {where[one]} goes to the {goal}.")
            movers = [name for name in people if where[name] == where[one]]
        else:
            sentences.append(f"{one} goes to the {goal}.")
            movers = [one]
        where.update(dict.fromkeys(movers, goal))
        verb = "is" if len(movers) == 1 else "are"
        steps.append(f"{_listed(movers)} {verb} in the {goal}.")
    name = people[asked % len(people)]
    if asked < 0:
        sentences.append(f"In which rooms are {_listed(people)} at the end? {_IN_ORDER}")
        answer = ", ".join(where.values())
    else:
        sentences.append(f"In which room is {name} at the end? Answer with one word.")
        answer = where[name]
    return (" ".join(sentences), steps, answer)


def _write_queue(rng: TaskRNG, people: list[str], num_moves: int, asked: int) -> _Story:
    queue = list(people)
    sentences = [f"In a queue stand, from the front, {_listed(queue)}."]
    steps = []
    for _ in range(num_moves):
        kind = rng.randint(0, 3)
        one, other = rng.sample(queue, 2)
        if kind == 0 and queue[0] != one:
            sentences.append(f"{one} goes to the front.")
            queue.remove(one)
            queue.insert(0, one)
        elif kind == 1 and queue[-1] != one:
            sentences.append(f"{one} goes to the back.")
            queue.remove(one)
            queue.append(one)
        elif kind == 2:
            sentences.append(
                f"The first two leave the queue and stand at the back, {queue[0]} last."
            )
            queue = [*queue[2:], queue[1], queue[0]]
        else:
            sentences.append(f"{one} and {other} change places.")
            first, second = queue.index(one), queue.index(other)
            queue[first], queue[second] = other, one
        steps.append(f"From the front: {', '.join(queue)}.")
    if asked < 0:
        sentences.append(
            "In which order do they stand at the end? Answer from the front, separated by commas."
        )
        return (" ".join(sentences), steps, ", ".join(queue))
    position = asked % len(queue)
    sentences.append(
        f"Who is {_ORDINALS[position]} from the front at the end? Answer with one word."
    )
    return (" ".join(sentences), steps, queue[position])


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
