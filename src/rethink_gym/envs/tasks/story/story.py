"""Stories of word problems, drawn from a template sentence by sentence."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.story.change import CHANGES, COSTS, Bounds, Kind
from rethink_gym.envs.tasks.story.farm import FARM
from rethink_gym.envs.tasks.story.home import HOME
from rethink_gym.envs.tasks.story.market import MARKET
from rethink_gym.envs.tasks.story.school import SCHOOL
from rethink_gym.envs.tasks.story.sport import SPORT
from rethink_gym.envs.tasks.story.template import Template
from rethink_gym.envs.tasks.story.travel import TRAVEL
from rethink_gym.envs.tasks.story.work import WORK

__all__ = ["MAX_STEPS", "TEMPLATES", "Story", "draw_people", "draw_story"]

TEMPLATES = (*FARM, *HOME, *MARKET, *SCHOOL, *SPORT, *TRAVEL, *WORK)
"""All templates, each equally likely."""

MAX_STEPS = 8

_HE = (
    *("Adam", "Ben", "Carlos", "Dev", "Emil", "Felix", "George", "Hugo", "Ivan", "Jamal"),
    *("Kenji", "Liam", "Marco", "Noah", "Omar", "Paul", "Raj", "Sam", "Tom"),
)
_SHE = (
    *("Ada", "Bella", "Chloe", "Dana", "Elena", "Fatima", "Grace", "Hana", "Iris", "Julia"),
    *("Kira", "Lena", "Mei", "Nina", "Olga", "Priya", "Rosa", "Sofia", "Tara", "Uma", "Vera"),
    *("Wanda", "Yara", "Zoe"),
)
_PEOPLE = (
    *((name, "he", "his") for name in _HE),
    *((name, "she", "her") for name in _SHE),
)
_PLACEHOLDERS = {slot: f"{{{slot}}}" for slot in ("name", "he", "his", "other")}
"""The values of the slots for people before the people are drawn: the slots themselves."""

_CONNECTIVES = ("", "", "Then ", "Next, ", "After that, ")


class Story(NamedTuple):
    """A word problem.

    Attributes:
        plot: The story, with the question at its end and without the names of the people.
        people: The values of its slots ``name``, ``he``, ``his`` and ``other``.
        steps: The equations that lead to the answer.
        answer: The answer.
    """

    plot: str
    people: Mapping[str, str]
    steps: tuple[str, ...]
    answer: int

    @property
    def text(self) -> str:
        """The story and its question, with the names of the people."""
        return self.plot.format_map(self.people)


def draw_story(rng: TaskRNG, num_steps: int, max_number: int, num_distractors: int) -> Story:
    """Draw a story whose numbers are all positive integers.

    Args:
        rng: The only source of randomness.
        num_steps: Number of operations that lead to the answer, from 2 to `MAX_STEPS`.
        max_number: Largest number that is drawn, at least 5.
        num_distractors: Number of sentences with an irrelevant number.

    Returns:
        The story.
    """
    story = None
    while story is None:
        story = _try_story(rng, rng.choice(TEMPLATES), num_steps, max_number, num_distractors)
    return story


def draw_people(rng: TaskRNG) -> dict[str, str]:
    """Draw two different people for a story.

    Returns:
        The values of the slots for people.
    """
    first, step = rng.randbelow(len(_PEOPLE)), rng.randint(1, len(_PEOPLE) - 1)
    name, he, his = _PEOPLE[first]
    other = _PEOPLE[(first + step) % len(_PEOPLE)][0]
    return {"name": name, "he": he, "his": his, "other": other}


def _try_story(
    rng: TaskRNG, template: Template, num_steps: int, max_number: int, num_distractors: int
) -> Story | None:
    """Draw a story from a template, or return None if it cannot have this number of steps."""
    opening = rng.choice(tuple(template.openings))
    ending = rng.choice(tuple(template.endings))
    steps_left = num_steps - COSTS[opening] - COSTS[ending]
    if steps_left < 1:
        return None
    plot = _Plot(rng, template, Bounds(max_number, template.max_things))
    plot.add_sentence(opening, template.openings[opening])
    while steps_left:
        # Try the kinds of events in random order until one fits: a lazy Fisher-Yates shuffle.
        kinds = [kind for kind in template.events if COSTS[kind] <= steps_left]
        for index in range(len(kinds)):
            other = rng.randint(index, len(kinds) - 1)
            kinds[index], kinds[other] = kinds[other], kinds[index]
            if plot.add_sentence(kinds[index], template.events[kinds[index]], is_event=True):
                steps_left -= COSTS[kinds[index]]
                break
        else:
            return None
    for aside in rng.sample(template.asides, num_distractors):
        index = rng.randint(1, len(plot.sentences))
        number = rng.randint(2, max_number)
        plot.sentences.insert(index, aside.format(**plot.slots, a=number))
    if not plot.add_sentence(ending, template.endings[ending]):
        return None
    return Story(" ".join(plot.sentences), draw_people(rng), tuple(plot.steps), plot.value)


class _Plot:
    """The sentences so far, their steps, and the current number of things."""

    def __init__(self, rng: TaskRNG, template: Template, bounds: Bounds) -> None:
        self.rng = rng
        self.bounds = bounds
        self.sentences: list[str] = []
        self.steps: list[str] = []
        self.value = 0
        self._used: set[str] = set()
        self.slots = {**_PLACEHOLDERS, "things": rng.choice(template.things)}

    def add_sentence(self, kind: Kind, forms: Sequence[str], *, is_event: bool = False) -> bool:
        """Add a sentence, if one of its forms is unused and fits the number of things.

        Returns:
            Whether a sentence was added.
        """
        unused = [form for form in forms if form not in self._used]
        change = CHANGES[kind](self.rng, self.value, self.bounds) if unused else None
        if change is None:
            return False
        if change.value > self.bounds.value and COSTS[kind] and is_event:
            return False
        form = self.rng.choice(unused)
        self._used.add(form)
        takes_connective = is_event and form.startswith("{name}") and "then" not in form
        connective = self.rng.choice(_CONNECTIVES) if takes_connective else ""
        self.sentences.append(connective + form.format(**self.slots, **change.slots))
        self.steps += change.steps
        self.value = change.value
        return True
