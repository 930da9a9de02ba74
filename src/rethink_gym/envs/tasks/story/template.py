"""Templates of stories, and the kinds of their sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Ending", "Event", "Opening", "Template"]

Opening: TypeAlias = Literal["count", "groups"]
"""The kind of the first sentence: ``a`` things, or ``a`` groups of ``b`` things."""

Event: TypeAlias = Literal[
    "gain",
    "lose",
    "gain_groups",
    "lose_groups",
    "times",
    "split",
    "lose_part",
    "gain_part",
    "lose_percent",
    "gain_percent",
]
"""The kind of a change of the number of things: by ``a``; by ``a`` groups of ``b``; multiplied by
``times``; divided by ``a``; by a ``part`` of it; or by ``a`` percent of it."""

Ending: TypeAlias = Literal[
    "plain",
    "price",
    "share",
    "lacking",
    "together_more",
    "together_fewer",
    "together_times",
]
"""The kind of the question: the number of things; their price at ``a`` each; the number of groups
of ``a``; how many more are needed for ``a``; or the number of things of two people, if the other
one has ``a`` more, ``a`` fewer, or ``times`` as many."""


@dataclass(frozen=True, kw_only=True)
class Template:
    """One kind of story, with several forms of each sentence.

    The forms have slots: ``{name}``, ``{he}``, ``{his}`` and ``{other}`` for people,
    ``{things}`` for the things that are counted, ``{a}`` and ``{b}`` for numbers of at least
    2, ``{part}`` for "half" or "a third", ``{times}`` for "twice" or "three times".

    A form is one sentence; in an ending it may be several, the question last. A form makes
    sense after any other sentence, so that events can follow in any order.

    Attributes:
        name: The topic, in one word.
        things: The things that may be counted, all in the plural.
        openings: Forms of the first sentence, by kind.
        events: Forms of the sentences in between, by kind.
        endings: Forms of the question, by kind.
        asides: Sentences with an irrelevant number ``{a}``.
        max_things: Largest plausible number of things.
    """

    name: str
    things: tuple[str, ...]
    openings: Mapping[Opening, tuple[str, ...]]
    events: Mapping[Event, tuple[str, ...]]
    endings: Mapping[Ending, tuple[str, ...]]
    asides: tuple[str, ...]
    max_things: int = 5_000
