"""Tells a story: picks a template, and sentences until there are as many steps as wanted."""

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

__all__ = ["MOST_STEPS", "TEMPLATES", "Story", "draw_people", "tell_story"]

TEMPLATES = (*FARM, *HOME, *MARKET, *SCHOOL, *SPORT, *TRAVEL, *WORK)
"""All templates, each equally likely."""

MOST_STEPS = 8

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
_BLANKS = {blank: f"{{{blank}}}" for blank in ("name", "he", "his", "other")}
"""What stands in a plot until the people are known."""

_JOINTS = ("", "", "Then ", "Next, ", "After that, ")


class Story(NamedTuple):
    """A word problem.

    Attributes:
        plot: The story, with the question at its end and without the names of the people.
        people: What fills its blanks: ``name``, ``he``, ``his``, ``other``.
        steps: The equations that lead to the answer.
        answer: The answer.
    """

    plot: str
    people: Mapping[str, str]
    steps: tuple[str, ...]
    answer: int

    @property
    def text(self) -> str:
        """The story as it is told."""
        return self.plot.format_map(self.people)


def tell_story(rng: TaskRNG, num_steps: int, max_number: int, num_distractors: int) -> Story:
    """Tell a story whose numbers are all positive and whole.

    Args:
        rng: The only source of randomness.
        num_steps: How many operations lead to the answer, from 2 to `MOST_STEPS`.
        max_number: Largest number that is drawn, at least 5.
        num_distractors: How many sentences have a number that does not matter.

    Returns:
        The story.
    """
    story = None
    while story is None:
        story = _try_story(rng, rng.choice(TEMPLATES), num_steps, max_number, num_distractors)
    return story


def draw_people(rng: TaskRNG) -> dict[str, str]:
    """Draw the people of a story, which are two different ones.

    Returns:
        What fills the blanks of the plot.
    """
    first, step = rng.randbelow(len(_PEOPLE)), rng.randint(1, len(_PEOPLE) - 1)
    name, he, his = _PEOPLE[first]
    other = _PEOPLE[(first + step) % len(_PEOPLE)][0]
    return {"name": name, "he": he, "his": his, "other": other}


def _try_story(
    rng: TaskRNG, template: Template, num_steps: int, max_number: int, num_distractors: int
) -> Story | None:
    opening = rng.choice(tuple(template.openings))
    ending = rng.choice(tuple(template.endings))
    left = num_steps - COSTS[opening] - COSTS[ending]
    if left < 1:
        return None
    teller = _Teller(rng, template, Bounds(max_number, template.most))
    teller.say(opening, template.openings[opening])
    while left:
        kinds = [kind for kind in template.events if COSTS[kind] <= left]
        for place in range(len(kinds)):
            other = rng.randint(place, len(kinds) - 1)
            kinds[place], kinds[other] = kinds[other], kinds[place]
            if teller.say(kinds[place], template.events[kinds[place]], is_joined=True):
                left -= COSTS[kinds[place]]
                break
        else:
            return None
    for aside in rng.sample(template.asides, num_distractors):
        place = rng.randint(1, len(teller.said))
        number = rng.randint(2, max_number)
        teller.said.insert(place, aside.format(**teller.blanks, a=number))
    if not teller.say(ending, template.endings[ending]):
        return None
    plot = " ".join(teller.said)
    return Story(plot, draw_people(rng), tuple(teller.steps), teller.value)


class _Teller:
    """Remembers what was said and how many things there are."""

    def __init__(self, rng: TaskRNG, template: Template, bounds: Bounds) -> None:
        self.rng = rng
        self.bounds = bounds
        self.said: list[str] = []
        self.steps: list[str] = []
        self.value = 0
        self._used: set[str] = set()
        self.blanks = {**_BLANKS, "things": rng.choice(template.things)}

    def say(self, kind: Kind, forms: Sequence[str], *, is_joined: bool = False) -> bool:
        """Say a sentence of a kind, unless it makes no sense now or was said before."""
        fresh = [form for form in forms if form not in self._used]
        change = CHANGES[kind](self.rng, self.value, self.bounds) if fresh else None
        if change is None:
            return False
        if change.value > self.bounds.value and COSTS[kind] and is_joined:
            return False
        form = self.rng.choice(fresh)
        self._used.add(form)
        can_join = is_joined and form.startswith("{name}") and "then" not in form
        joint = self.rng.choice(_JOINTS) if can_join else ""
        self.said.append(joint + form.format(**self.blanks, **change.slots))
        self.steps += change.steps
        self.value = change.value
        return True
