"""SFT examples: which turns and tokens contribute to the loss, and where examples come from.

They come from episodes, recorded or just played, and from reference solutions, which are
replayed in the environment: whole solutions where a turn is an attempt, step by step where
a turn is a step.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from gymnasium.vector import VectorEnv

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import derive_seed, env_attribute, play_episodes, problems_of
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.envs.tasks.base.solution import solution_steps
from rethink_gym.episode import Episode, Turn, load_episodes
from rethink_gym.errors import (
    DataError,
    DataNotFoundError,
    ModelError,
    argument_error,
    check_choice,
)

__all__ = [
    "LEARNED_TURNS",
    "LearnedTurns",
    "SFTExample",
    "cap_per_problem",
    "choose_problems",
    "encode_completion",
    "encode_text",
    "fits_context",
    "from_json_lines",
    "is_correct",
    "learned_turns",
    "load_recorded",
    "make_example",
    "normalize_text",
    "num_free_tokens",
    "play_solutions",
    "retokenize",
    "solved_problems",
    "to_json_lines",
    "unique_examples",
]

LearnedTurns = Literal["all", "first", "last", "correct"]
"""A rule by which turns contribute to the loss; see `learned_turns`."""

LEARNED_TURNS = ("all", "first", "last", "correct")


@dataclass(frozen=True, slots=True)
class SFTExample:
    """An episode to imitate.

    Attributes:
        episode: The episode. The completions of trained turns have token ids.
        loss_mask: For each turn, which of its tokens contribute to the loss; all others
            are context only.

    Raises:
        ArgumentError: If ``loss_mask`` does not have one entry per token of each turn.
    """

    episode: Episode
    loss_mask: tuple[tuple[bool, ...], ...]

    def __post_init__(self) -> None:
        """Check the mask."""
        lengths = [len(turn.completion.token_ids) for turn in self.episode.turns]
        if list(map(len, self.loss_mask)) != lengths:
            must_be = f"of the lengths {lengths}"
            raise argument_error("loss_mask", must_be, list(map(len, self.loss_mask)))

    @property
    def num_tokens(self) -> int:
        """Number of tokens that contribute to the loss."""
        return sum(map(sum, self.loss_mask))


def make_example(
    policy: LanguageModel, episode: Episode, trained_turns: Sequence[bool]
) -> SFTExample:
    """Make an example of an episode, whichever policy played it.

    Args:
        policy: The policy to train. What it sampled itself keeps its tokens; everything
            else is encoded by its tokenizer.
        episode: The episode.
        trained_turns: For each turn, whether its tokens contribute to the loss.

    Returns:
        The example.

    Raises:
        ArgumentError: If there is not one truth value per turn.
    """
    if len(trained_turns) != len(episode.turns):
        raise argument_error("trained_turns", f"of length {len(episode.turns)}", trained_turns)
    encoded = retokenize(policy, episode)
    masks = [
        (bool(is_trained),) * len(turn.completion.token_ids)
        for turn, is_trained in zip(encoded.turns, trained_turns, strict=True)
    ]
    return SFTExample(encoded, tuple(masks))


def retokenize(policy: LanguageModel, episode: Episode) -> Episode:
    """Encode those turns of an episode that a policy did not sample itself."""
    sampled = set(policy.tokenize(episode.conversation).turn_ids)
    turns = [
        turn if index in sampled else replace(turn, completion=_reencoded(policy, turn.completion))
        for index, turn in enumerate(episode.turns)
    ]
    return replace(episode, turns=tuple(turns))


def encode_completion(policy: LanguageModel, text: str, *, is_ended: bool = True) -> Completion:
    """Return a text as the completion by which the policy would generate it.

    Special tokens that the text spells out are taken as text. The log-probabilities are 0.

    Args:
        policy: The policy with its tokenizer.
        text: The text.
        is_ended: Whether the end token follows; it does not in an answer that was cut off.

    Returns:
        The completion; its text is what its tokens decode to.
    """
    token_ids = encode_text(policy, text)
    decoded = policy.decode(token_ids)
    if is_ended:
        token_ids = (*token_ids, _end_id(policy))
    return Completion(decoded, token_ids, (0.0,) * len(token_ids))


def encode_text(policy: LanguageModel, text: str) -> tuple[int, ...]:
    """Return the tokens of a text, without special tokens, even if it spells them out."""
    encoded = policy.tokenizer(text, add_special_tokens=False, split_special_tokens=True)
    return tuple(encoded["input_ids"])


def is_correct(turn: Turn) -> bool:
    """Return whether a turn was judged correct; without a verdict, whether it earned something."""
    return turn.reward > 0 if turn.verdict is None else turn.verdict.correct


def learned_turns(episode: Episode, rule: LearnedTurns) -> tuple[bool, ...]:
    """Return which turns of an episode contribute to the loss.

    Args:
        episode: The episode.
        rule: ``"all"``, ``"first"``, ``"last"``, or ``"correct"`` for those with a correct
            verdict.

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


def num_free_tokens(policy: LanguageModel, conversation: Conversation) -> float:
    """Return how many tokens the model's context has left for the next message.

    Not above 0 if the conversation fills the context; infinite if the model has no limit.
    """
    if policy.max_length is None:
        return math.inf
    return policy.max_length - len(policy.tokenize(conversation).token_ids)


def fits_context(policy: LanguageModel, examples: Iterable[SFTExample]) -> list[SFTExample]:
    """Leave out examples without trained tokens, and those longer than the model's context."""
    max_length = float("inf") if policy.max_length is None else policy.max_length
    return [
        example
        for example in examples
        if example.num_tokens
        and len(policy.tokenize(example.episode.conversation).token_ids) <= max_length
    ]


def normalize_text(text: str) -> str:
    """Return a text with all whitespace reduced to single blanks."""
    return " ".join(text.split())


def unique_examples(examples: Iterable[SFTExample]) -> list[SFTExample]:
    """Leave out examples that are equal to an earlier one, whitespace aside.

    Args:
        examples: The first of equal ones is kept.

    Returns:
        Examples that differ in problem, answers or loss mask.
    """
    kept: dict[tuple[object, ...], SFTExample] = {}
    for example in examples:
        episode = example.episode
        texts = tuple(normalize_text(turn.completion.text) for turn in episode.turns)
        # Texts that differ in whitespace have masks of unequal length: compare what they say.
        masks = tuple(
            mask if 0 < sum(mask) < len(mask) else bool(sum(mask)) for mask in example.loss_mask
        )
        kept.setdefault((episode.problem_id, texts, masks), example)
    return list(kept.values())


def cap_per_problem(
    examples: Sequence[SFTExample], max_per_problem: int, random: np.random.Generator
) -> list[SFTExample]:
    """Keep at most so many examples of each problem, so that easy ones do not dominate.

    Args:
        examples: Examples of any problems.
        max_per_problem: Maximum number of examples of one problem.
        random: Source of the choice where there are more.

    Returns:
        The examples that are kept, in order.
    """
    by_problem: dict[str, list[int]] = {}
    for index, example in enumerate(examples):
        by_problem.setdefault(example.episode.problem_id, []).append(index)
    kept: list[int] = []
    for group in by_problem.values():
        if len(group) > max_per_problem:
            group = random.choice(group, size=max_per_problem, replace=False).tolist()
        kept += group
    return [examples[index] for index in sorted(kept)]


def to_json_lines(examples: Iterable[SFTExample]) -> str:
    """Return examples as JSON lines, for a checkpoint."""
    return "\n".join(
        json.dumps({"episode": each.episode.to_dict(), "loss_mask": each.loss_mask})
        for each in examples
    )


def from_json_lines(text: str) -> list[SFTExample]:
    """Return the examples that `to_json_lines` was given."""
    rows = map(json.loads, text.splitlines())
    return [
        SFTExample(Episode.from_dict(row["episode"]), tuple(map(tuple, row["loss_mask"])))
        for row in rows
    ]


def choose_problems(num_problems: int, available: int, seed: int) -> list[int]:
    """Choose the problems of a training set that stays the same for a whole run.

    Args:
        num_problems: Number of problems to choose.
        available: Number of problems that there are.
        seed: Seed of the choice.

    Returns:
        Different indices; all that there are if those are not more than wanted.
    """
    if available <= num_problems:
        return list(range(available))
    # A stream of its own, so that a resumed run chooses the same problems again.
    random = np.random.default_rng(derive_seed(seed, 0x5E7))
    return [int(index) for index in random.choice(available, size=num_problems, replace=False)]


def solved_problems(env: VectorEnv[Any, Any, Any], indices: Sequence[int]) -> list[int]:
    """Return those problems that have a reference solution.

    Args:
        env: The environment.
        indices: Indices of problems of its split.

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
    """Replay reference solutions as demonstrations, in the tokens of a policy.

    Where a turn is an attempt, every turn is the whole solution. Where a turn is a step,
    each turn is the next step of the solution. The environment judges them like any answer.

    Args:
        policy: The policy whose tokenizer encodes the solutions.
        env: The environment to play in.
        indices: Indices of problems of its split; each has a solution.

    Returns:
        One episode per problem, in order.
    """
    has_attempts = env_attribute(env, "has_attempts", True)
    messages = []
    for problem in problems_of(env, indices):
        texts = [problem.solution or ""] if has_attempts else solution_steps(problem)
        messages.append([encode_completion(policy, text) for text in texts])
    return play_episodes(_Replay(messages), env, indices)


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


class _Replay:
    """Generates given messages, by episode and turn; the last one in all later turns."""

    def __init__(self, messages: Sequence[Sequence[Completion]]) -> None:
        self._messages = messages

    def act_in(
        self, conversations: Sequence[Conversation], episodes: Sequence[int]
    ) -> list[Completion]:
        """Return the message of each conversation's turn."""
        completions = []
        for conversation, episode in zip(conversations, episodes, strict=True):
            messages, turn = self._messages[episode], len(conversation) // 2
            completions.append(messages[min(turn, len(messages) - 1)])
        return completions


def _end_id(policy: LanguageModel) -> int:
    """Return the token by which the policy's chats end a message of the assistant."""
    question, answer = Message(Role.USER, "Question"), encode_text(policy, "Answer")
    chat = policy.tokenize((question, Message(Role.ASSISTANT, "Answer", answer), question))
    after = max(index for index, turn in enumerate(chat.turn_ids) if turn == 0) + 1
    if chat.token_ids[after] in policy.end_ids:
        return chat.token_ids[after]
    if not policy.end_ids:
        raise ModelError(
            "The tokenizer must have an end token to learn from texts, got one without. "
            "Set tokenizer.eos_token."
        )
    return min(policy.end_ids)


def _reencoded(policy: LanguageModel, completion: Completion) -> Completion:
    is_ended = completion.stop in (StopReason.END, StopReason.STOP_STRING)
    return encode_completion(policy, completion.text, is_ended=is_ended)
