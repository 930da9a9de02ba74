"""The promises of the phrases that programs are made of."""

import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import pytest

from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.program import families, phrases
from rethink_gym.envs.tasks.program.phrase import Phrase, draw_stage

MODULES = [module.name for module in iter_modules(phrases.__path__)]
MAX_LEVEL = 5
MISTAKES = re.compile(r"\b1 (characters|numbers|words)|, *[;.]|\) \(|\bif it if\b")


def phrases_of(module: str) -> Iterator[Phrase]:
    tables = import_module(f"{phrases.__name__}.{module}")
    for name in tables.__all__:
        yield from getattr(tables, name)


@pytest.mark.parametrize("module", MODULES)
def test_words_and_code_have_the_same_blanks(module: str) -> None:
    for each in phrases_of(module):
        blanks = {f"@{name}" for name, _ in each.blanks}
        for text in (*each.wordings, each.code):
            assert set(re.findall(r"@[a-z]", text)) == blanks, text


@pytest.mark.parametrize("module", MODULES)
def test_a_stage_is_a_sentence_and_a_clause_is_not(module: str) -> None:
    for each in phrases_of(module):
        for wording in each.wordings:
            is_sentence = wording[0].isupper() and wording.endswith(".")
            assert is_sentence if each.gives else not is_sentence, wording
            assert "  " not in wording
            assert wording == wording.strip()


@pytest.mark.parametrize("kind", sorted(families.STAGES))
def test_a_drawn_stage_reads_well_and_has_no_blank_left(kind: str) -> None:
    rng = TaskRNG(kind)
    name = "x" if kind == "number" else "it"
    for _ in range(300):
        stage = draw_stage(rng, families.STAGES[kind], MAX_LEVEL, (name,))
        assert "@" not in stage.words + stage.code
        assert not MISTAKES.search(stage.words)
        assert stage.code.count("K") >= len(stage.constants)


def test_harder_phrases_wait_for_their_level() -> None:
    rng = TaskRNG("phrases")
    table = families.STAGES["numbers"]
    words = {draw_stage(rng, table, 1).words for _ in range(2_000)}
    assert not any(" and is " in each or " or is " in each for each in words)
    words = {draw_stage(rng, table, 3).words for _ in range(2_000)}
    assert any(" and is " in each for each in words)
