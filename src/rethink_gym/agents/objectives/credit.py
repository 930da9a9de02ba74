"""Step rewards: which step of an answer earned what, and which token completes the step.

Steps are known by where they end in the text, and tokens by what they decode to. A
token gets the reward of a step if the step is complete with it, and not before.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

import torch
from torch import Tensor

from rethink_gym.conversation import Conversation
from rethink_gym.episode import Episode
from rethink_gym.errors import check_choice
from rethink_gym.verifiers.steps.segmentation import split_steps

__all__ = [
    "PrefixScores",
    "StepReward",
    "StepRewards",
    "completing_token",
    "model_step_rewards",
    "place_step_rewards",
    "step_prefixes",
    "step_rewards",
    "verifier_step_rewards",
]

RewardForm = Literal["sparse", "potential", "dense"]


@dataclass(frozen=True, slots=True)
class StepReward:
    """The reward of one step of an answer.

    Attributes:
        end: Index after its last character in the text of the answer.
        reward: Its reward.
    """

    end: int
    reward: float


StepRewards = Mapping[tuple[int, int], Sequence[StepReward]]
"""Rewards of the steps of each answer, by the indices of its episode and its turn."""

PrefixScores = Callable[
    [Sequence[Conversation], Sequence[Sequence[str]]], Sequence[Sequence[float]]
]
"""Scores answers after each of their pieces, given the conversation before them; see
`OutcomeRewardModel.scores`."""


def place_step_rewards(
    decode: Callable[[Sequence[int]], str],
    episodes: Sequence[Episode],
    turns: Tensor,
    earned: StepRewards,
) -> Tensor:
    """Give the reward of each step to the token that completes it.

    Args:
        decode: From token ids to their text.
        episodes: The answers.
        turns: Turn of each sampled token, -1 for padding, shape ``(episodes, tokens)``.
        earned: Rewards of the steps of each answer.

    Returns:
        Shape ``(episodes, tokens)``, float32.
    """
    rewards = torch.zeros(turns.shape)
    for row, turn_of_token in enumerate(turns.tolist()):
        for index, turn in enumerate(episodes[row].turns):
            if index not in turn_of_token:
                continue  # not sampled by this policy
            first = turn_of_token.index(index)
            for step in earned[row, index]:
                text = turn.completion.text[: step.end]
                token = completing_token(decode, turn.completion.token_ids, text)
                rewards[row, first + token] += step.reward
    return rewards.to(turns.device)


def verifier_step_rewards(episodes: Sequence[Episode]) -> StepRewards:
    """Reward the steps of answers by their scores in the verdicts.

    Args:
        episodes: Episodes whose verdicts score steps; others earn nothing.

    Returns:
        For each of the *L* steps of an answer its score over *L*: an answer whose steps
        are all correct earns 1. A step that could not be checked earns 0.
    """
    earned = {}
    for row, episode in enumerate(episodes):
        for index, turn in enumerate(episode.turns):
            steps = turn.verdict.steps if turn.verdict is not None else ()
            earned[row, index] = [
                StepReward(step.end, (step.score or 0.0) / len(steps)) for step in steps
            ]
    return earned


def model_step_rewards(
    prefix_scores: PrefixScores, episodes: Sequence[Episode], form: RewardForm
) -> StepRewards:
    """Reward the steps of answers by a learned outcome reward model.

    Args:
        prefix_scores: Scores prefixes of answers.
        episodes: The answers.
        form: ``"sparse"``, ``"potential"`` or ``"dense"``, see `step_rewards`.

    Returns:
        Rewards of the steps of each answer.

    Raises:
        ArgumentError: If there is no such form.
    """
    keys, conversations, answers = [], [], []
    for row, episode in enumerate(episodes):
        for index, turn in enumerate(episode.turns):
            keys.append((row, index))
            conversations.append(episode.conversation[: 2 * index + 1])
            answers.append(step_prefixes(turn.completion.text))
    earned = {}
    scores = prefix_scores(conversations, answers)
    for key, pieces, piece_scores in zip(keys, answers, scores, strict=True):
        ends = accumulate(map(len, pieces))
        rewards = step_rewards(piece_scores, form)
        earned[key] = [StepReward(*each) for each in zip(ends, rewards, strict=True)]
    return earned


def completing_token(
    decode: Callable[[Sequence[int]], str], token_ids: Sequence[int], text: str
) -> int:
    """Find the token with which the beginning of a message is complete.

    Args:
        decode: From token ids to their text.
        token_ids: Tokens of the message, not empty.
        text: How the message begins.

    Returns:
        Index of the first token up to which the tokens spell all of ``text``; of the
        last token if they never do.
    """
    counts = range(1, len(token_ids))
    return bisect_left(counts, True, key=lambda count: decode(token_ids[:count]).startswith(text))


def step_prefixes(answer: str) -> list[str]:
    """Cut an answer after each of its steps; returns at least one piece."""
    ends = [step.end for step in split_steps(answer)] or [len(answer)]
    return [answer[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def step_rewards(scores: Sequence[float], form: RewardForm) -> list[float]:
    """Turn the scores of an answer's prefixes into rewards of its steps.

    ``"sparse"`` gives the score of the whole answer to the last step. ``"potential"`` gives
    each step its score minus the score of the step before, and sums to the same.
    ``"dense"`` gives every step its score, and so rewards many steps.

    Args:
        scores: Score after each step, in [0, 1].
        form: ``"sparse"``, ``"potential"`` or ``"dense"``.

    Returns:
        One reward per step.

    Raises:
        ArgumentError: If there is no such form.

    References:
        Ng et al., "Policy Invariance under Reward Transformations", 1999, section 3.
    """
    match check_choice("form", form, ("dense", "potential", "sparse")):
        case "dense":
            return list(scores)
        case "potential":
            before = [0.0, *scores[:-1]]
            return [after - score for after, score in zip(scores, before, strict=True)]
        case _:
            return [0.0] * (len(scores) - 1) + list(scores[-1:])
