"""What a story of a word problem is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Ending", "Event", "Opening", "Template"]

Opening: TypeAlias = Literal["count", "groups"]
"""How a story begins: with ``a`` things, or with ``a`` groups of ``b`` things."""

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
"""What changes the number of things: by ``a``; by ``a`` groups of ``b``; to ``times`` as
many; to the share of one of ``a``; by the ``part`` or by ``a`` percent of it."""

Ending: TypeAlias = Literal[
    "plain",
    "price",
    "share",
    "lacking",
    "together_more",
    "together_fewer",
    "together_times",
]
"""What is asked: how many there are; their price at ``a`` each; how many groups of ``a``;
how many are missing to ``a``; how many there are together with those of the other, who
has ``a`` more, ``a`` fewer, or ``times`` as many."""


@dataclass(frozen=True, kw_only=True)
class Template:
    """One kind of story, each sentence of it in several forms.

    The forms are to be filled in: ``{name}``, ``{he}``, ``{his}`` and ``{other}`` are people,
    ``{things}`` is what is counted, ``{a}`` and ``{b}`` are numbers of at least 2, ``{part}``
    is "half" or "a third", ``{times}`` is "twice" or "three times".

    A form is one sentence, or several with the question last in an ending. It says how many
    there are afterwards whatever was said before it, so that events can follow in any order.

    Attributes:
        name: What it is about, in one word.
        things: What may be counted, all in the plural.
        openings: Forms of the first sentence, by kind.
        events: Forms of the sentences in between, by kind.
        endings: Forms of the question, by kind.
        asides: Sentences with a number ``{a}`` that does not matter.
        most: Largest sensible number of things.
    """

    name: str
    things: tuple[str, ...]
    openings: Mapping[Opening, tuple[str, ...]]
    events: Mapping[Event, tuple[str, ...]]
    endings: Mapping[Ending, tuple[str, ...]]
    asides: tuple[str, ...]
    most: int = 5_000
