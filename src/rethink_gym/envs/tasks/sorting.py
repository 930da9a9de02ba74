"""Words and numbers to sort."""

from collections.abc import Callable
from typing import ClassVar, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import argument_error, check_choice, check_count
from rethink_gym.verifiers.puzzles.list_verifier import ListVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Sorting"]

Question: TypeAlias = tuple[str, list[str]]
"""The kind of order, and the items in the order of the question."""

MAX_ITEMS = 20


class Sorting(GeneratedTask[Question]):
    """Words or numbers to sort by a rule that the question states.

    Words are sorted by the alphabet, by the reversed alphabet, by length or by their last
    letter. Numbers are sorted by size in ascending or descending order, by absolute value,
    by the sum of their digits or by their last digit. The question also states how to break
    ties.

    **Example.** ``Sort these words by length, shortest first, and words of one length by the
    alphabet: lemon, cat, bird, ant. Answer with all of them in order, separated by commas.``
    Answer: ``ant, cat, bird, lemon``.

    **Difficulty.** ``min_items`` and ``max_items`` bound the number of items, from 2 to 20;
    ``max_number`` bounds the numbers; ``kind`` selects one order.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems. The splits are
    disjoint: the hash of the set of items decides the split.

    **Reward.** 1 for all items in the correct order, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``Sorting-v0``, ``SortingSelfCorrect-v0``.

    Args:
        kind: ``"alphabet"``, ``"backwards"``, ``"length"``, ``"last_letter"``, ``"size"``,
            ``"downwards"``, ``"absolute"``, ``"digit_sum"``, ``"last_digit"``, or
            ``"mixed"`` for all orders with equal probability.
        min_items: Minimum number of items, at least 2.
        max_items: Maximum number of items, at most 20.
        max_number: Largest absolute value of a number, at least 20.

    Raises:
        ArgumentError: If ``kind`` is unknown, ``min_items`` is less than 2, ``max_items`` is
            less than ``min_items`` or more than 20, or ``max_number`` is less than 20.
    """

    name: ClassVar = "sorting"

    def __init__(
        self,
        *,
        kind: str = "mixed",
        min_items: int = 4,
        max_items: int = 6,
        max_number: int = 99,
    ) -> None:
        self.kind = check_choice("kind", kind, (*_ORDERS, "mixed"))
        self.min_items = check_count("min_items", min_items, 2)
        self.max_items = check_count("max_items", max_items, min_items)
        if max_items > MAX_ITEMS:
            raise argument_error("max_items", f"at most {MAX_ITEMS}", max_items)
        self.max_number = check_count("max_number", max_number, MAX_ITEMS)

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "kind": self.kind,
            "min_items": self.min_items,
            "max_items": self.max_items,
            "max_number": self.max_number,
        }

    def draw(self, rng: TaskRNG) -> Question:
        """Draw distinct items that are not in order yet."""
        kind = rng.choice(tuple(_ORDERS)) if self.kind == "mixed" else self.kind
        num_items = rng.randint(self.min_items, self.max_items)
        key = _ORDERS[kind][1]
        while True:
            if kind in _OF_WORDS:
                items = rng.sample(_WORDS, num_items)
            else:
                lowest = -self.max_number if kind in _OF_SIGNED else 0
                numbers = rng.sample(range(lowest, self.max_number + 1), num_items)
                items = [str(number) for number in numbers]
            if items != sorted(items, key=key):
                return kind, items

    def render_prompt(self, question: Question) -> str:
        """Return a prompt that asks for the order."""
        kind, items = question
        noun = "words" if kind in _OF_WORDS else "numbers"
        return (
            f"Sort these {noun} {_ORDERS[kind][0]}: {', '.join(items)}. Answer with all of them "
            f"in order, separated by commas.\n{ANSWER_FORMAT}"
        )

    def identify(self, question: Question) -> str:
        """Return the items sorted, since their order in the prompt does not matter."""
        kind, items = question
        return f"{kind}: {', '.join(sorted(items))}"

    def solve(self, question: Question) -> tuple[str, str | None]:
        """Return the items in order, and the sort key of each item as the steps."""
        kind, items = question
        gold = ", ".join(sorted(items, key=_ORDERS[kind][1]))
        steps = [_REASONS[kind](item) for item in items] if kind in _REASONS else []
        return gold, "\n".join((*steps, f"A: {gold}"))

    def make_verifier(self) -> Verifier:
        """Build the verifier of lists."""
        return ListVerifier()


def _digit_sum(text: str) -> int:
    return sum(map(int, text))


_ORDERS: dict[str, tuple[str, Callable[[str], tuple[int | str, ...]]]] = {
    "alphabet": ("by the alphabet", lambda text: (text,)),
    "backwards": (
        "by the alphabet from Z to A",
        lambda text: tuple(-ord(letter) for letter in f"{text} "),
    ),
    "length": (
        "by length, shortest first, and words of one length by the alphabet",
        lambda text: (len(text), text),
    ),
    "last_letter": (
        "by their last letter, and words with the same last letter by the alphabet",
        lambda text: (text[-1], text),
    ),
    "size": ("from smallest to largest", lambda text: (int(text),)),
    "downwards": ("from largest to smallest", lambda text: (-int(text),)),
    "absolute": (
        "by absolute value, smallest first, and of two with the same absolute value the "
        "negative one first",
        lambda text: (abs(int(text)), int(text)),
    ),
    "digit_sum": (
        "by the sum of their digits, smallest sum first, and numbers with the same sum by size",
        lambda text: (_digit_sum(text), int(text)),
    ),
    "last_digit": (
        "by their last digit, smallest first, and numbers with the same last digit by size",
        lambda text: (int(text[-1]), int(text)),
    ),
}
"""By kind: the wording of the order, and its sort key."""

_OF_WORDS = ("alphabet", "backwards", "length", "last_letter")
_OF_SIGNED = ("size", "downwards", "absolute")

_REASONS: dict[str, Callable[[str], str]] = {
    "length": lambda text: f"{text} has {len(text)} letters.",
    "last_letter": lambda text: f"{text} ends in {text[-1]}.",
    "absolute": lambda text: f"{text} has the absolute value {abs(int(text))}.",
    "digit_sum": lambda text: (
        f"{text}: {'+'.join(text)}={_digit_sum(text)}"
        if len(text) > 1
        else f"{text} is its own sum."
    ),
    "last_digit": lambda text: f"{text} ends in {text[-1]}.",
}

_WORDS = (
    *("ant", "bear", "bee", "bird", "camel", "cat", "cow", "crab", "crow", "deer", "dog", "dove"),
    *("duck", "eagle", "eel", "elk", "fish", "fly", "fox", "frog", "goat", "goose", "hare", "hawk"),
    *(
        "hen",
        "horse",
        "koala",
        "lamb",
        "lion",
        "lizard",
        "mole",
        "monkey",
        "moose",
        "moth",
        "mouse",
    ),
    *("newt", "otter", "owl", "ox", "panda", "parrot", "pig", "pigeon", "rabbit", "rat", "raven"),
    *("seal", "shark", "sheep", "skunk", "snail", "snake", "spider", "squid", "swan", "tiger"),
    *(
        "toad",
        "trout",
        "turtle",
        "wasp",
        "whale",
        "wolf",
        "worm",
        "yak",
        "zebra",
        "apple",
        "banana",
    ),
    *("bean", "bread", "butter", "cake", "carrot", "cheese", "cherry", "coffee", "corn", "egg"),
    *("fig", "garlic", "ginger", "grape", "honey", "jam", "kiwi", "lemon", "lentil", "lime"),
    *(
        "mango",
        "melon",
        "milk",
        "mint",
        "nut",
        "oat",
        "olive",
        "onion",
        "orange",
        "papaya",
        "peach",
    ),
    *("pear", "pepper", "plum", "potato", "quince", "radish", "rice", "salt", "spinach", "sugar"),
    *("tea", "tomato", "vanilla", "walnut", "wheat", "arrow", "basket", "bell", "boat", "book"),
    *("bottle", "bridge", "broom", "candle", "chair", "clock", "coat", "comb", "drum", "fence"),
    *("flag", "flute", "fork", "glove", "hammer", "hat", "key", "kite", "ladder", "lamp", "map"),
    *("mirror", "needle", "nail", "oven", "paper", "pencil", "piano", "pillow", "plate", "ring"),
    *("rope", "saddle", "scarf", "ship", "shoe", "spoon", "stove", "table", "tent", "towel"),
    *("train", "trumpet", "umbrella", "vase", "violin", "wagon", "wheel", "window", "zipper"),
)
