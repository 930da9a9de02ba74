"""Step labels of return-conditioned learning: cut, value, label, and generate under a label.

A step is a line, since its end is known while it is generated.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from rethink_gym.agents.demonstrations import (
    SFTExample,
    encode_text,
    normalize_text,
    num_free_tokens,
)
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error

__all__ = [
    "balanced_mask",
    "generate_labelled",
    "label_episode",
    "monte_carlo_values",
    "split_tokens",
]

LINE_BREAK = "\n"
"""The end of a step, both in training and while generating."""

Tokens = tuple[int, ...]


def split_tokens(policy: LanguageModel, token_ids: Sequence[int]) -> list[Tokens]:
    """Cut the tokens of a solution into steps.

    A step ends with the token that breaks the line. Blank lines belong to the step that
    follows. What comes after the last line break is the last step, even if it is only the
    end token.

    Args:
        policy: The policy that decodes the tokens.
        token_ids: Tokens of the whole solution.

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


def monte_carlo_values(
    solutions: Sequence[Sequence[str]], returns: Sequence[float]
) -> list[list[float]]:
    """Estimate the expected return after each step of some solutions of one question.

    The value after a step is the mean return of all solutions that start with the same
    steps, whitespace aside. All reward comes at the end, so each is a return to go.

    Args:
        solutions: The steps of each solution.
        returns: The return of each solution.

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
        [tuple(map(normalize_text, steps[:end])) for end in range(1, len(steps) + 1)]
        for steps in solutions
    ]
    returns_of: dict[tuple[str, ...], list[float]] = {}
    for own, value in zip(prefixes, returns, strict=True):
        for prefix in own:
            returns_of.setdefault(prefix, []).append(value)
    return [[float(np.mean(returns_of[prefix])) for prefix in own] for own in prefixes]


def balanced_mask(
    is_good: Sequence[bool], good_frac: float, random: np.random.Generator
) -> list[bool]:
    """Choose as many steps as possible such that a given fraction of them is good.

    Args:
        is_good: For each step, whether it is labelled good.
        good_frac: The fraction to reach, in (0, 1).
        random: Source of the choice among those that are too many.

    Returns:
        For each step, whether it is chosen; all of them if all have one label.

    Raises:
        ArgumentError: If ``good_frac`` is not in (0, 1).
    """
    if not 0 < good_frac < 1:
        raise argument_error("good_frac", "in (0, 1)", good_frac)
    good = [index for index, each in enumerate(is_good) if each]
    bad = [index for index, each in enumerate(is_good) if not each]
    if not good or not bad:
        return [True] * len(is_good)
    num_good = min(len(good), int(len(bad) * good_frac / (1 - good_frac)))
    num_bad = min(len(bad), int(len(good) * (1 - good_frac) / good_frac))
    chosen = {*random.permutation(good)[:num_good].tolist()}
    chosen |= {*random.permutation(bad)[:num_bad].tolist()}
    return [index in chosen for index in range(len(is_good))]


def label_episode(
    policy: LanguageModel,
    episode: Episode,
    labels: Sequence[Sequence[str]],
    is_trained: Sequence[Sequence[bool]],
) -> SFTExample:
    """Write a label before every step of an episode.

    Args:
        policy: The policy whose tokenizer encodes the labels.
        episode: The episode, in the policy's tokens.
        labels: For each turn one label per step, as `split_tokens` cuts them.
        is_trained: For each of these steps, whether it contributes to the loss.

    Returns:
        The labelled episode; labels do not contribute to the loss.
    """
    turns, masks = [], []
    for turn, turn_labels, turn_trained in zip(episode.turns, labels, is_trained, strict=True):
        token_ids: list[int] = []
        mask: list[bool] = []
        steps = split_tokens(policy, turn.completion.token_ids)
        for step, label, trained in zip(steps, turn_labels, turn_trained, strict=True):
            prefix = encode_text(policy, label)
            token_ids += (*prefix, *step)
            mask += [False] * len(prefix) + [trained] * len(step)
        labelled = replace(
            turn.completion,
            text=policy.decode(token_ids),
            token_ids=tuple(token_ids),
            log_probs=(0.0,) * len(token_ids),
        )
        turns.append(replace(turn, completion=labelled))
        masks.append(tuple(mask))
    return SFTExample(replace(episode, turns=tuple(turns)), tuple(masks))


def generate_labelled(
    policy: LanguageModel,
    conversations: Sequence[Conversation],
    label: str,
    sampling: SamplingConfig,
    *,
    max_steps: int,
) -> list[Completion]:
    """Generate the next message of each conversation step by step, with the label before each.

    Args:
        policy: The policy that generates the steps.
        conversations: The conversations so far, without labels.
        label: The label that is forced.
        sampling: How steps are sampled; its maximum number of tokens counts no labels.
        max_steps: Maximum number of steps of a message.

    Returns:
        One completion per conversation, without the labels; its tokens are those of all
        steps. Where the labelled conversation does not fit into the context, it is empty
        with the stop reason ``"context"``. Where only the next label does not
        fit, the message is generated without labels.
    """
    label_ids = encode_text(policy, label)
    labelled = [_with_labels(policy, conversation, label_ids) for conversation in conversations]
    by_line = replace(sampling, stop_strings=(*sampling.stop_strings, LINE_BREAK))
    messages = []
    for conversation in labelled:
        num_free = num_free_tokens(policy, conversation)
        own_label = label_ids if len(label_ids) < num_free else ()
        messages.append(_Message(policy, own_label, sampling, max_steps, num_free))
    while active := [index for index, message in enumerate(messages) if message.continues]:
        prefixes = [messages[index].prefix for index in active]
        lines = policy.complete([labelled[index] for index in active], prefixes, by_line)
        for index, line in zip(active, lines, strict=True):
            messages[index].add(line)
    return [message.completion for message in messages]


class _Message:
    """A message that is generated line by line.

    Args:
        policy: The policy that decodes the tokens.
        label_ids: The tokens of the label.
        sampling: Stop strings and maximum number of tokens of the message.
        max_steps: Maximum number of steps of the message.
        num_free_tokens: Number of tokens that the context has left, labels included.

    Attributes:
        prefix: The tokens so far, and the next label: how the message continues.
    """

    def __init__(
        self,
        policy: LanguageModel,
        label_ids: Tokens,
        sampling: SamplingConfig,
        max_steps: int,
        num_free_tokens: float,
    ) -> None:
        self.prefix = label_ids
        self._policy = policy
        self._label_ids = label_ids
        self._sampling = sampling
        self._max_steps = max_steps
        self._num_free_tokens = num_free_tokens
        self._num_steps = 0
        self._step: Tokens = ()
        self._token_ids: Tokens = ()
        self._log_probs: tuple[float, ...] = ()
        self._stop: StopReason | None = None

    def add(self, line: Completion) -> None:
        """Add the line that was generated after the prefix."""
        self._token_ids += line.token_ids
        self._log_probs += line.log_probs
        self.prefix += line.token_ids
        self._step += line.token_ids
        if self._policy.decode(self._step).strip():  # a blank line is not a step
            self.prefix += self._label_ids
            self._num_steps += 1
            self._step = ()
        if line.stop in (StopReason.END, StopReason.CONTEXT) or self._stop_strings():
            self._stop = line.stop

    @property
    def continues(self) -> bool:
        """Whether another line follows."""
        return (
            self._stop is None
            and len(self._token_ids) < self._sampling.max_new_tokens
            and self._num_steps < self._max_steps
            and len(self.prefix) < self._num_free_tokens
        )

    @property
    def completion(self) -> Completion:
        """The message so far, without the labels."""
        max_tokens = self._sampling.max_new_tokens
        token_ids, log_probs = self._token_ids[:max_tokens], self._log_probs[:max_tokens]
        text = self._policy.decode(token_ids)
        for string in self._stop_strings():
            text = text.partition(string)[0]
        is_full = len(self.prefix) >= self._num_free_tokens
        stop = self._stop or (StopReason.CONTEXT if is_full else StopReason.LENGTH)
        if len(self._token_ids) > max_tokens:
            stop = StopReason.LENGTH
        return Completion(text, token_ids, log_probs, stop)

    def _stop_strings(self) -> list[str]:
        """Return the stop strings of the caller that the message contains."""
        text = self._policy.decode(self._token_ids)
        return [stop for stop in self._sampling.stop_strings if stop in text]


def _with_labels(
    policy: LanguageModel, conversation: Conversation, label_ids: Tokens
) -> Conversation:
    """Write the label before every step of the assistant's messages."""
    return tuple(
        _labelled(policy, message, label_ids) if message.role is Role.ASSISTANT else message
        for message in conversation
    )


def _labelled(policy: LanguageModel, message: Message, label_ids: Tokens) -> Message:
    own = message.token_ids or encode_text(policy, message.content)
    steps = split_tokens(policy, own)
    token_ids = tuple(chain.from_iterable((*label_ids, *step) for step in steps))
    return Message(Role.ASSISTANT, policy.decode(token_ids), token_ids)
