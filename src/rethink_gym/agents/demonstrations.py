"""Episodes to imitate, which of their turns are learned, and sets of such episodes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.vector import VectorEnv

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import env_attribute, play_episodes
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.episode import Episode, Turn, load_episodes
from rethink_gym.errors import (
    DataError,
    DataNotFoundError,
    ModelError,
    argument_error,
    check_choice,
)
from rethink_gym.problem import Problem

__all__ = [
    "LEARNED_TURNS",
    "Demonstration",
    "capped",
    "choose_problems",
    "completion_of",
    "demonstrate",
    "distinct",
    "encode_text",
    "from_json_lines",
    "in_tokens",
    "is_correct",
    "learned_turns",
    "load_recorded",
    "normal_text",
    "play_solutions",
    "problems_of",
    "solved_problems",
    "to_json_lines",
]
LEARNED_TURNS = ("all", "first", "last", "correct")
"""The rules by which turns are learned that have a name; see `learned_turns`."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """An episode to imitate.

    Attributes:
        episode: What was said. The completions of learned turns carry tokens.
        is_learned: For each turn, whether its tokens are learned; what is not
            learned is context only.
        token_masks: For each turn, which of its tokens are learned if the turn is; all
            of them where it is None.

    Raises:
        ArgumentError: If there is not one truth value per turn, or not one mask.
    """

    episode: Episode
    is_learned: tuple[bool, ...]
    token_masks: tuple[tuple[bool, ...], ...] | None = None

    def __post_init__(self) -> None:
        turns = self.episode.turns
        if len(self.is_learned) != len(turns):
            raise argument_error("is_learned", f"of length {len(turns)}", self.is_learned)
        lengths = [len(turn.completion.token_ids) for turn in turns]
        if self.token_masks is not None and list(map(len, self.token_masks)) != lengths:
            raise argument_error("token_masks", f"of the lengths {lengths}", self.token_masks)

    @property
    def num_tokens(self) -> int:
        """How many tokens are learned."""
        return sum(sum(self.mask(turn)) for turn in range(len(self.is_learned)))

    def mask(self, turn: int) -> tuple[bool, ...]:
        """Return, for each token of a turn, whether it is learned."""
        if self.token_masks is None or not self.is_learned[turn]:
            num_tokens = len(self.episode.turns[turn].completion.token_ids)
            return (self.is_learned[turn],) * num_tokens
        return self.token_masks[turn]


def demonstrate(
    policy: LanguageModel, episode: Episode, is_learned: Sequence[bool]
) -> Demonstration:
    """Make a demonstration of an episode, whoever played it.

    Args:
        policy: Who is to learn it. What it sampled itself stays as it was sampled;
            all else is put into its tokens.
        episode: What was played.
        is_learned: For each turn, whether it is learned.

    Returns:
        The demonstration.
    """
    return Demonstration(in_tokens(policy, episode), tuple(is_learned))


def in_tokens(policy: LanguageModel, episode: Episode) -> Episode:
    """Put into a policy's tokens what of an episode it did not sample itself."""
    sampled = set(policy.tokenize(episode.conversation).turn_ids)
    turns = [
        turn if index in sampled else replace(turn, completion=_spelled(policy, turn.completion))
        for index, turn in enumerate(episode.turns)
    ]
    return replace(episode, turns=tuple(turns))


def completion_of(policy: LanguageModel, text: str, *, is_ended: bool = True) -> Completion:
    """Return a text as the completion that the policy would have said it by.

    Special tokens that the text spells out are taken as text. The log-probabilities
    are 0: whoever dictates a text says it with certainty.

    Args:
        policy: Knows the tokens.
        text: What is said.
        is_ended: Whether the end token follows, as it does not in an answer that
            was cut off.

    Returns:
        The completion; its text is what its tokens say.
    """
    token_ids = encode_text(policy, text)
    said = policy.decode(token_ids)
    if is_ended:
        token_ids = (*token_ids, _end_id(policy))
    return Completion(said, token_ids, (0.0,) * len(token_ids))


def encode_text(policy: LanguageModel, text: str) -> tuple[int, ...]:
    """Return the tokens of a text, without special tokens, not even those it spells out."""
    encoded = policy.tokenizer(text, add_special_tokens=False, split_special_tokens=True)
    return tuple(encoded["input_ids"])


def is_correct(turn: Turn) -> bool:
    """Return whether a turn was judged right; without a verdict, whether it earned something."""
    return turn.reward > 0 if turn.verdict is None else turn.verdict.correct


def learned_turns(episode: Episode, rule: str) -> tuple[bool, ...]:
    """Say which turns of an episode are learned.

    Args:
        episode: What was played.
        rule: ``"all"``, ``"first"``, ``"last"``, or ``"correct"`` for those that were
            judged right.

    Returns:
        One truth value per turn.

    Raises:
        ArgumentError: If there is no such rule.
    """
    last = len(episode.turns) - 1
    match check_choice("learned_turns", rule, LEARNED_TURNS):
        case "first":
            return tuple(index == 0 for index in range(last + 1))
        case "last":
            return tuple(index == last for index in range(last + 1))
        case "correct":
            return tuple(map(is_correct, episode.turns))
        case _:
            return (True,) * (last + 1)


def normal_text(text: str) -> str:
    """Return a text without the blanks in which equal answers differ."""
    return " ".join(text.split())


def distinct(demonstrations: Iterable[Demonstration]) -> list[Demonstration]:
    """Leave out what was said before about the same problem, blanks aside.

    Args:
        demonstrations: In the order in which the first of equals is to be kept.

    Returns:
        The first of all that are equal in problem, answers and what of them is learned.
    """
    kept: dict[tuple[object, ...], Demonstration] = {}
    for demonstration in demonstrations:
        episode = demonstration.episode
        texts = tuple(normal_text(turn.completion.text) for turn in episode.turns)
        learned = (demonstration.is_learned, demonstration.token_masks)
        kept.setdefault((episode.problem_id, texts, learned), demonstration)
    return list(kept.values())


def capped(
    demonstrations: Sequence[Demonstration], max_per_problem: int, random: np.random.Generator
) -> list[Demonstration]:
    """Keep at most some demonstrations of each problem, so that easy ones do not prevail.

    Args:
        demonstrations: Of any problems.
        max_per_problem: Most of one problem.
        random: Which ones are kept where there are more.

    Returns:
        Those that are kept, in order.
    """
    places: dict[str, list[int]] = {}
    for place, demonstration in enumerate(demonstrations):
        places.setdefault(demonstration.episode.problem_id, []).append(place)
    kept: list[int] = []
    for group in places.values():
        if len(group) > max_per_problem:
            group = random.choice(group, size=max_per_problem, replace=False).tolist()
        kept += group
    return [demonstrations[place] for place in sorted(kept)]


def to_json_lines(demonstrations: Iterable[Demonstration]) -> str:
    """Return demonstrations as JSON lines, for a checkpoint."""
    return "\n".join(
        json.dumps(
            {
                "episode": each.episode.to_dict(),
                "is_learned": each.is_learned,
                "token_masks": each.token_masks,
            }
        )
        for each in demonstrations
    )


def from_json_lines(text: str) -> list[Demonstration]:
    """Return the demonstrations that `to_json_lines` was given."""
    rows = map(json.loads, text.splitlines())
    return [
        Demonstration(
            Episode.from_dict(row["episode"]),
            tuple(row["is_learned"]),
            None if row["token_masks"] is None else tuple(map(tuple, row["token_masks"])),
        )
        for row in rows
    ]


def _end_id(policy: LanguageModel) -> int:
    """Return the token by which the policy's chats end what the assistant says."""
    question, answer = Message(Role.USER, "Question"), encode_text(policy, "Answer")
    said = Message(Role.ASSISTANT, "Answer", answer)
    chat = policy.tokenize((question, said, question))
    behind = max(place for place, turn in enumerate(chat.turn_ids) if turn == 0) + 1
    if chat.token_ids[behind] in policy.end_ids:
        return chat.token_ids[behind]
    if not policy.end_ids:
        raise ModelError(
            "The tokenizer must have an end token to learn from texts, got one without. "
            "Set tokenizer.eos_token."
        )
    return min(policy.end_ids)


def _spelled(policy: LanguageModel, said: Completion) -> Completion:
    return completion_of(policy, said.text, is_ended=said.stop is not StopReason.LENGTH)


def choose_problems(num_problems: int, available: int, seed: int) -> list[int]:
    """Choose the problems of a training set that stays the same for a whole run.

    Args:
        num_problems: How many.
        available: How many there are.
        seed: Decides which; equal seeds choose the same.

    Returns:
        Indices, all different; all that there are if those are no more than wanted.
    """
    if available <= num_problems:
        return list(range(available))
    # Of its own stream, so that a run that is resumed chooses them again.
    random = np.random.default_rng([seed, 0x5E7])
    return [int(place) for place in random.choice(available, size=num_problems, replace=False)]


def problems_of(env: VectorEnv[Any, Any, Any], indices: Sequence[int]) -> list[Problem]:
    """Return problems that an environment plays, gold answers and solutions included.

    Args:
        env: The environment.
        indices: Which problems of its split.

    Returns:
        The problems.

    Raises:
        ArgumentError: If the environment does not say where its problems come from.
    """
    task = env_attribute(env, "task", None)
    if not isinstance(task, Task):
        remedy = "A ReasoningEnv does; a foreign environment does not know gold answers."
        raise argument_error("env", "an environment that tells its task", env, remedy)
    split = env_attribute(env, "split", "train")
    return [task.problem(index, split) for index in indices]


def solved_problems(env: VectorEnv[Any, Any, Any], indices: Sequence[int]) -> list[int]:
    """Return those problems that come with a worked solution.

    Args:
        env: The environment.
        indices: Which problems of its split.

    Returns:
        The indices of those that have one, in order.

    Raises:
        ArgumentError: If the environment does not say where its problems come from.
        DataError: If none of the problems has one.
    """
    problems = problems_of(env, indices)
    solved = [index for index, problem in zip(indices, problems, strict=True) if problem.solution]
    if not solved:
        raise DataError(
            f"The problems must have worked solutions to imitate, got none in {len(problems)} "
            f"problems such as {problems[0].id!r}. Give recorded episodes instead."
        )
    return solved


def play_solutions(
    policy: LanguageModel, env: VectorEnv[Any, Any, Any], indices: Sequence[int]
) -> list[Episode]:
    """Play the worked solutions of problems, in the tokens of a policy.

    In every turn the whole solution is said, and the environment judges it.

    Args:
        policy: Whose tokens the completions carry.
        env: Where they are played.
        indices: Which problems of its split; each has a solution.

    Returns:
        One episode per problem, in order.
    """
    said = {
        problem.prompt: completion_of(policy, problem.solution or "")
        for problem in problems_of(env, indices)
    }
    return play_episodes(_Teacher(said), env, indices)


def load_recorded(path: str) -> list[Episode]:
    """Read recorded episodes to imitate.

    Args:
        path: A file that `save_episodes` wrote.

    Returns:
        The episodes.

    Raises:
        DataNotFoundError: If there is no such file.
        DataError: If it holds no episodes.
    """
    if not Path(path).is_file():
        raise DataNotFoundError(
            f"demonstrations must be an existing file, got {path!r}. "
            "In the folder of a run it is called 'episodes_trained.jsonl'."
        )
    recorded = list(load_episodes(Path(path)))
    if not recorded:
        raise DataError(f"demonstrations must hold one or more episodes, got none in {path!r}.")
    return recorded


class _Teacher:
    """Says in every turn what is known for the problem's prompt."""

    def __init__(self, said: dict[str, Completion]) -> None:
        self._said = said

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        return [self._said[conversation[0].content] for conversation in conversations]
