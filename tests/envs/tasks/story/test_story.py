"""The promises of the stories of word problems, and of their templates."""

import re
import string
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest

from rethink_gym.envs.tasks.story.change import CHANGES, COSTS
from rethink_gym.envs.tasks.story.story import TEMPLATES
from rethink_gym.envs.tasks.story.template import Template
from rethink_gym.envs.tasks.word_problem import WordProblem

# By kind of sentence: its slots, each of which occurs exactly once.
SLOTS = {
    **dict.fromkeys(("count", "gain", "lose", "price", "share", "split", "lacking"), "a"),
    **dict.fromkeys(("together_more", "together_fewer"), "a"),
    **dict.fromkeys(("lose_percent", "gain_percent"), "a"),
    **dict.fromkeys(("groups", "gain_groups", "lose_groups"), "a b"),
    **dict.fromkeys(("times", "together_times"), "times"),
    **dict.fromkeys(("lose_part", "gain_part"), "part"),
    "plain": "",
}
NUMBER_WORDS = {
    "half": 2, "third": 3, "quarter": 4, "fifth": 5, "twice": 2, "three": 3, "four": 4, "five": 5,
}  # fmt: skip
STEP = re.compile(r"(\d+)([-+*/])(\d+)(?:/(100))?=(\d+)")


def slots_of(form: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in string.Formatter().parse(form) if name)


def forms_of(template: Template) -> list[tuple[str, str]]:
    parts = (template.openings, template.events, template.endings)
    return [(kind, form) for part in parts for kind, forms in part.items() for form in forms]


def test_there_are_at_least_thirty_templates_with_names_of_their_own() -> None:
    assert len(TEMPLATES) == len({template.name for template in TEMPLATES}) >= 30


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_every_sentence_of_a_template_fills_in_what_its_kind_needs(template: Template) -> None:
    for kind, form in forms_of(template):
        slots = slots_of(form)
        needed = SLOTS[kind].split()
        assert {name: slots[name] for name in ("a", "b", "times", "part") if slots[name]} == (
            dict.fromkeys(needed, 1)
        ), form
        assert set(slots) <= {*needed, "name", "he", "his", "other", "things"}, form
        assert form[-1] in ".?", form
        assert ("%" in form) is ("percent" in kind), form
    for aside in template.asides:
        assert slots_of(aside)["a"] == 1
        assert set(slots_of(aside)) <= {"a", "name", "his", "other"}, aside


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_a_template_has_enough_forms_for_many_stories(template: Template) -> None:
    forms = [form for _, form in forms_of(template)]
    assert len(set(forms)) == len(forms)
    assert set(template.openings) == {"count", "groups"}
    assert all(len(forms) >= 2 for forms in template.openings.values())
    assert len(template.events) >= 4
    assert sum(map(len, template.events.values())) >= 6
    assert len(template.endings) >= 2
    assert "plain" in template.endings
    assert len(template.asides) == 3


def test_every_kind_of_sentence_has_a_cost_and_a_draw_and_is_in_a_template() -> None:
    assert set(COSTS) == set(CHANGES) == set(SLOTS)
    assert {kind for template in TEMPLATES for kind, _ in forms_of(template)} == set(SLOTS)


def pattern_of(template: Template, form: str) -> str:
    """Write a pattern that matches every filled version of a form."""
    fillings = {
        **dict.fromkeys(("name", "other"), "[A-Z][a-z]+"),
        **dict.fromkeys(("a", "b"), "[0-9]+"),
        "he": "he|she", "his": "his|her", "things": "|".join(template.things),
        "part": "half|a third|a quarter|a fifth",
        "times": "twice|three times|four times|five times",
    }  # fmt: skip
    pattern = ""
    for text, name, _, _ in string.Formatter().parse(form):
        pattern += re.escape(text)
        if name:
            pattern += (
                f"(?P={name})" if f"(?P<{name}>" in pattern else f"(?P<{name}>{fillings[name]})"
            )
    return f"(?:Then |Next, |After that, )?{pattern}(?: |$)"


def read_sentence(template: Template, text: str) -> tuple[str, dict[str, str], str] | None:
    """Read the first sentence of a text: its kind, the values of its slots, and the rest."""
    asides = [("aside", form) for form in template.asides]
    for kind, form in (*forms_of(template), *asides):
        match = re.match(pattern_of(template, form), text)
        if match:
            return kind, match.groupdict(), text[match.end() :]
    return None


def number(text: str) -> int:
    """Read a number, or a word for a small number."""
    return int(text) if text.isdigit() else NUMBER_WORDS[text.removeprefix("a ").split()[0]]


def meant(kind: str, value: Fraction, slots: dict[str, str]) -> Fraction:
    """Return the number of things after a sentence, by the meaning of its kind."""
    a, b, part, times = (Fraction(number(slots.get(n, "1"))) for n in ("a", "b", "part", "times"))
    meanings = {
        "count": a, "groups": a * b, "gain": value + a, "lose": value - a,
        "gain_groups": value + a * b, "lose_groups": value - a * b, "times": value * times,
        "split": value / a, "lose_part": value * (1 - 1 / part),
        "gain_part": value * (1 + 1 / part), "lose_percent": value * (100 - a) / 100,
        "gain_percent": value * (100 + a) / 100, "plain": value, "price": value * a,
        "share": value / a, "lacking": a - value, "together_more": 2 * value + a,
        "together_fewer": 2 * value - a, "together_times": value * (1 + times), "aside": value,
    }  # fmt: skip
    return meanings[kind]


def read_story(text: str) -> list[tuple[str, dict[str, str]]]:
    """Read all sentences of a story by the template that it was drawn from."""
    for template in TEMPLATES:
        sentences, rest = [], text
        while rest and (sentence := read_sentence(template, rest)):
            kind, slots, rest = sentence
            sentences.append((kind, slots))
        if not rest:
            return sentences
    raise AssertionError(text)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"min_steps": 4, "max_steps": 5, "max_number": 12, "num_distractors": 1},
        {"min_steps": 8, "max_steps": 8, "max_number": 500, "num_distractors": 3},
    ],
)
def test_the_answer_is_what_a_reader_of_the_story_finds(arguments: dict[str, Any]) -> None:
    task = WordProblem(**arguments)
    costs = {**{str(kind): cost for kind, cost in COSTS.items()}, "aside": 0}
    for index in range(120):
        problem = task.problem(index, "train")
        story = read_story(problem.prompt.splitlines()[0])
        kinds = [kind for kind, _ in story]
        assert kinds.count("aside") == task.num_distractors
        assert task.min_steps <= sum(costs[kind] for kind in kinds) <= task.max_steps
        value = Fraction(0)
        for kind, slots in story:
            value = meant(kind, value, slots)
            assert value.denominator == 1
            assert value >= 1
            if kind not in ("lacking", "lose_percent", "gain_percent"):
                numbers = [number(slots[name]) for name in ("a", "b") if name in slots]
                assert all(2 <= drawn <= task.max_number for drawn in numbers)
        assert problem.gold == str(value)


def test_the_steps_are_correct_and_each_uses_known_numbers() -> None:
    task = WordProblem(min_steps=2, max_steps=8, num_distractors=1)
    for index in range(200):
        problem = task.problem(index, "validation")
        *steps, _ = (problem.solution or "").splitlines()
        words = re.findall(r"\w+", problem.prompt)
        known = {int(w) if w.isdigit() else NUMBER_WORDS.get(w, 0) for w in words}
        for step in steps:
            matched = STEP.fullmatch(step)
            assert matched, step
            one, sign, other, hundred, result = matched.groups()
            left, right = int(one), int(other)
            values = {"+": left + right, "-": left - right, "*": left * right, "/": left / right}
            assert values[sign] / int(hundred or 1) == int(result) > 0
            assert {left, right} <= known
            known.add(int(result))
        assert steps[-1].endswith(f"={problem.gold}")


def test_all_templates_are_drawn() -> None:
    task = WordProblem()
    prompts = [task.problem(index, "train").prompt.splitlines()[0] for index in range(400)]
    for template in TEMPLATES:
        assert any(read_sentence(template, prompt) for prompt in prompts), template.name
