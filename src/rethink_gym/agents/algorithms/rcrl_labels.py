"""How good the steps of solutions are, and which of them are learned."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from rethink_gym.agents.demonstrations import Demonstration, encode_text, normal_text
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error

__all__ = ["balanced_mask", "cut_steps", "label_episode", "monte_carlo_values", "say_steps"]


def monte_carlo_values(
    solutions: Sequence[Sequence[str]], returns: Sequence[float]
) -> list[list[float]]:
    """Estimate what can be expected after each step of some solutions of one question.

    The value after a step is the mean return of all solutions that begin with the same
    steps, blanks aside. All reward comes at the end, so that each of them is a return
    to go from there.

    Args:
        solutions: The steps of each solution.
        returns: What each solution earned, as many.

    Returns:
        For each solution one value per step.

    Raises:
        ArgumentError: If there are not as many returns as solutions.

    References:
        Havrilla et al., "Teaching Large Language Models to Reason with Reinforcement
        Learning", 2024 (arXiv:2403.04642); Monte-Carlo labels as in Uesato et al.,
        "Solving Math Word Problems with Process- and Outcome-Based Feedback", 2022
        (arXiv:2211.14275).
    """
    if len(solutions) != len(returns):
        raise argument_error("returns", f"of length {len(solutions)}", len(returns))
    prefixes = [
        [tuple(map(normal_text, steps[:end])) for end in range(1, len(steps) + 1)]
        for steps in solutions
    ]
    earned: dict[tuple[str, ...], list[float]] = {}
    for own, value in zip(prefixes, returns, strict=True):
        for prefix in own:
            earned.setdefault(prefix, []).append(value)
    return [[float(np.mean(earned[prefix])) for prefix in own] for own in prefixes]


def balanced_mask(
    is_good: Sequence[bool], good_frac: float, random: np.random.Generator
) -> list[bool]:
    """Choose as many steps as possible such that a given share of them is good.

    Args:
        is_good: Of each step, whether it is labelled good.
        good_frac: The share to reach, in (0, 1).
        random: Decides which of the too many are left out.

    Returns:
        Of each step, whether it is chosen; all of them if all have one label.

    Raises:
        ArgumentError: If ``good_frac`` is not in (0, 1).
    """
    if not 0 < good_frac < 1:
        raise argument_error("good_frac", "in (0, 1)", good_frac)
    good = [place for place, each in enumerate(is_good) if each]
    bad = [place for place, each in enumerate(is_good) if not each]
    if not good or not bad:
        return [True] * len(is_good)
    num_good = min(len(good), int(len(bad) * good_frac / (1 - good_frac)))
    num_bad = min(len(bad), int(len(good) * (1 - good_frac) / good_frac))
    chosen = {*random.permutation(good)[:num_good].tolist()}
    chosen |= {*random.permutation(bad)[:num_bad].tolist()}
    return [place in chosen for place in range(len(is_good))]


LINE_BREAK = "\n"
"""What ends a step, both in what is learned and in what is said."""

Tokens = tuple[int, ...]


def cut_steps(policy: LanguageModel, token_ids: Sequence[int]) -> list[Tokens]:
    """Cut the tokens of a solution into steps.

    A step goes on to the token that breaks the line; blank lines, and a blank beginning,
    belong to the step that follows. What stands behind the last line break is the last
    step, even if it is the end token alone.

    Args:
        policy: Knows what the tokens say.
        token_ids: All that was said.

    Returns:
        The steps, which make up the tokens.
    """
    steps: list[Tokens] = []
    step: list[int] = []
    for token in token_ids:
        step.append(token)
        if LINE_BREAK in policy.decode((token,)) and policy.decode(step).strip():
            steps.append(tuple(step))
            step = []
    return [*steps, tuple(step)] if step else steps


def label_episode(
    policy: LanguageModel,
    episode: Episode,
    labels: Sequence[Sequence[str]],
    is_learned: Sequence[Sequence[bool]],
) -> Demonstration:
    """Write a label before every step of an episode.

    Args:
        policy: Whose tokens the labels get.
        episode: What was played, in the policy's tokens.
        labels: For each turn one label per step, as `cut_steps` cuts them.
        is_learned: For each of these steps, whether it is learned.

    Returns:
        The episode, its labels no part of what is learned.
    """
    turns, masks = [], []
    for turn, own, learns in zip(episode.turns, labels, is_learned, strict=True):
        token_ids: list[int] = []
        mask: list[bool] = []
        steps = cut_steps(policy, turn.completion.token_ids)
        for step, label, learned in zip(steps, own, learns, strict=True):
            opening = encode_text(policy, label)
            token_ids += (*opening, *step)
            mask += [False] * len(opening) + [learned] * len(step)
        labelled = replace(
            turn.completion,
            text=policy.decode(token_ids),
            token_ids=tuple(token_ids),
            log_probs=(0.0,) * len(token_ids),
        )
        turns.append(replace(turn, completion=labelled))
        masks.append(tuple(mask))
    return Demonstration(
        replace(episode, turns=tuple(turns)), (True,) * len(turns), token_masks=tuple(masks)
    )


def say_steps(
    policy: LanguageModel,
    conversations: Sequence[Conversation],
    label: str,
    sampling: SamplingConfig,
    *,
    max_steps: int,
) -> list[Completion]:
    """Say the next message of each conversation step by step, the label before each step.

    Args:
        policy: Says the steps.
        conversations: What was said so far, without labels.
        label: The label that is forced.
        sampling: How steps are drawn, and most tokens of a message, labels not counted.
        max_steps: Most steps of a message.

    Returns:
        One completion per conversation, without the labels; its tokens are those of
        all steps.
    """
    mark = encode_text(policy, label)
    inner = [_with_labels(policy, conversation, mark) for conversation in conversations]
    by_line = replace(sampling, stop_strings=(*sampling.stop_strings, LINE_BREAK))
    said = [_Message(policy, mark, sampling, max_steps) for _ in conversations]
    rooms = [_room(policy, conversation) for conversation in inner]
    active = list(range(len(said)))
    while active:
        prefixes = [said[place].opening for place in active]
        lines = policy.complete([inner[place] for place in active], prefixes, by_line)
        for place, line in zip(active, lines, strict=True):
            said[place].add(line)
        active = [place for place in active if said[place].goes_on(rooms[place])]
    return [message.completion for message in said]


class _Message:
    """A message that is said line by line.

    Attributes:
        opening: The tokens so far, and the next label: what the next line begins with.

    Args:
        policy: Knows what the tokens say.
        mark: The tokens of the label.
        sampling: Bounds the message.
        max_steps: Bounds it too.
    """

    def __init__(
        self, policy: LanguageModel, mark: Tokens, sampling: SamplingConfig, max_steps: int
    ) -> None:
        self.opening = mark
        self._policy = policy
        self._mark = mark
        self._sampling = sampling
        self._max_steps = max_steps
        self._num_steps = 0
        self._step: Tokens = ()
        self._token_ids: Tokens = ()
        self._log_probs: tuple[float, ...] = ()
        self._stop: StopReason | None = None

    def add(self, line: Completion) -> None:
        """Add what was said behind the opening."""
        self._token_ids += line.token_ids
        self._log_probs += line.log_probs
        self.opening += line.token_ids
        self._step += line.token_ids
        if self._policy.decode(self._step).strip():  # a blank line is no step
            self.opening += self._mark
            self._num_steps += 1
            self._step = ()
        if line.stop is StopReason.END or self._stop_strings():
            self._stop = line.stop

    def goes_on(self, room: float) -> bool:
        """Whether another line follows; ``room`` is the most tokens, labels included."""
        return (
            self._stop is None
            and len(self._token_ids) < self._sampling.max_new_tokens
            and self._num_steps < self._max_steps
            and len(self.opening) < room
        )

    @property
    def completion(self) -> Completion:
        """What was said, without the labels; cut off if it did not end itself."""
        most = self._sampling.max_new_tokens
        token_ids, log_probs = self._token_ids[:most], self._log_probs[:most]
        text = self._policy.decode(token_ids)
        for string in self._stop_strings():
            text = text.partition(string)[0]
        stop = self._stop if len(self._token_ids) <= most else None
        return Completion(text, token_ids, log_probs, stop or StopReason.LENGTH)

    def _stop_strings(self) -> list[str]:
        """Return the stop strings of the caller that the message holds."""
        text = self._policy.decode(self._token_ids)
        return [stop for stop in self._sampling.stop_strings if stop in text]


def _room(policy: LanguageModel, conversation: Conversation) -> float:
    """Return how many tokens the model's context has left for a message."""
    if policy.max_length is None:
        return float("inf")
    return policy.max_length - len(policy.tokenize(conversation).token_ids)


def _with_labels(policy: LanguageModel, conversation: Conversation, mark: Tokens) -> Conversation:
    """Write the label before every step that the assistant said."""
    return tuple(
        _labelled(policy, message, mark) if message.role is Role.ASSISTANT else message
        for message in conversation
    )


def _labelled(policy: LanguageModel, message: Message, mark: Tokens) -> Message:
    said = message.token_ids or encode_text(policy, message.content)
    token_ids = tuple(chain.from_iterable((*mark, *step) for step in cut_steps(policy, said)))
    return Message(Role.ASSISTANT, policy.decode(token_ids), token_ids)
