"""The promises of the problems of tracking, checked by a reader of the stories."""

import re

import pytest

from rethink_gym.envs.tasks.tracking import Tracking

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def play_swaps(sentences: list[str]) -> dict[str, str]:
    holds = dict(re.findall(r"(\w+) has the (\w+)", sentences[0]))
    for sentence in sentences[1:-1]:
        [(one, other)] = re.findall(r"^(\w+) and (\w+) swap what they have$", sentence)
        holds[one], holds[other] = holds[other], holds[one]
    return holds


def play_rooms(sentences: list[str]) -> dict[str, str]:
    where = dict(re.findall(r"(\w+) is in the (\w+)", sentences[0]))
    for sentence in sentences[1:-1]:
        together = re.fullmatch(r"Everyone in the (\w+) goes to the (\w+)", sentence)
        if together:
            movers = [name for name, room in where.items() if room == together[1]]
            assert movers
            where |= dict.fromkeys(movers, together[2])
            continue
        alone = re.fullmatch(r"(\w+) goes to (?:the (\w+)|(\w+))", sentence)
        assert alone, sentence
        goal = alone[2] or where[alone[3]]
        assert where[alone[1]] != goal
        where[alone[1]] = goal
    return where


def play_queue(sentences: list[str]) -> list[str]:
    queue = re.findall(r"[A-Z]\w+", sentences[0].partition("front, ")[2])
    for sentence in sentences[1:-1]:
        names = re.findall(r"\b(?!The\b)[A-Z]\w+", sentence)
        if sentence.startswith("The first two"):
            assert names == [queue[0]]
            queue = queue[2:] + queue[:2][::-1]
        elif "goes to the" in sentence:
            queue.remove(names[0])
            queue.insert(0 if sentence.endswith("front") else len(queue), names[0])
        else:
            one, other = map(queue.index, names)
            queue[one], queue[other] = queue[other], queue[one]
    return queue


def answer_of(prompt: str) -> str:
    """Read a story and answer its question."""
    sentences = prompt.splitlines()[0].split(". ")
    if "Answer" in sentences[-1] and "?" not in sentences[-1]:
        sentences[-2:] = [" ".join(sentences[-2:])]
    question = sentences[-1]
    if "queue" in prompt:
        queue = play_queue(sentences)
        asked = re.search(r"Who is (\w+) from", question)
        return queue[ORDINALS.index(asked[1])] if asked else ", ".join(queue)
    state = play_swaps(sentences) if "swap" in prompt else play_rooms(sentences)
    holder = re.search(r"Who has the (\w+)", question)
    if holder:
        return next(name for name, thing in state.items() if thing == holder[1])
    return ", ".join(state[name] for name in state if re.search(rf"\b{name}\b", question))


@pytest.mark.parametrize("ask", ["one", "all"])
@pytest.mark.parametrize("kind", ["swaps", "rooms", "queue"])
def test_the_answer_is_what_a_reader_of_the_story_finds(kind: str, ask: str) -> None:
    task = Tracking(kind=kind, ask=ask, num_people=5, min_moves=3, max_moves=8)
    for index in range(150):
        problem = task.problem(index, "train")
        assert answer_of(problem.prompt) == problem.gold, problem
        assert len(problem.gold.split(", ")) == (5 if ask == "all" else 1)
        assert 3 <= len((problem.solution or "").splitlines()) - 1 <= 8


def test_an_answer_that_names_several_is_wrong() -> None:
    task = Tracking()
    verifier = task.make_verifier()
    for index in range(40):
        problem = task.problem(index, "test")
        assert verifier.verify(f"A: the {problem.gold.upper()}.", problem).correct
        for other in ("Zoe", "anchor", problem.gold):
            assert not verifier.verify(f"A: {problem.gold}, {other}", problem).correct
            assert not verifier.verify(f"A: {problem.gold} or {other}", problem).correct
