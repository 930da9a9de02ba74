"""Which token earned which reward: the last one of the turn, or of the step, that was paid for.

Steps are known by where they end in the text, and tokens by what they decode to. A
token earns the reward of a step if the step is complete with it and not before.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor

from rethink_gym.agents.models.outcome_reward import step_prefixes, step_rewards
from rethink_gym.conversation import Conversation
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error

__all__ = [
    "PrefixScores",
    "StepReward",
    "StepRewards",
    "completing_token",
    "model_step_rewards",
    "place_step_rewards",
    "place_turn_rewards",
    "verifier_step_rewards",
]


@dataclass(frozen=True, slots=True)
class StepReward:
    """What a step of an answer earned.

    Attributes:
        end: Index behind its last character in the text of the answer.
        reward: What it earned.
    """

    end: int
    reward: float


StepRewards = Mapping[tuple[int, int], Sequence[StepReward]]
"""What the steps of each answer earn, by the indices of its episode and its turn."""

PrefixScores = Callable[
    [Sequence[Conversation], Sequence[Sequence[str]]], Sequence[Sequence[float]]
]
"""Scores answers after each of their pieces, given what was said before them; see
`OutcomeRewardModel.scores`."""


def place_turn_rewards(rewards: Tensor, turns: Tensor) -> Tensor:
    """Give the reward of each turn to the last token that was sampled in it.

    Args:
        rewards: Of the turns, float, shape ``(episodes, turns)``.
        turns: The turn of each sampled token, -1 for padding, shape ``(episodes, tokens)``.

    Returns:
        Shape ``(episodes, tokens)``. The reward of a turn without sampled tokens goes
        to the last one sampled before, and nowhere if there is none.

    Raises:
        ArgumentError: If the shapes do not fit each other.
    """
    if rewards.ndim != 2 or turns.ndim != 2 or len(rewards) != len(turns):
        raise argument_error("rewards", f"of shape ({len(turns)}, turns)", tuple(rewards.shape))
    placed = rewards.new_zeros((len(turns), turns.shape[1] + 1))
    for turn in range(rewards.shape[1]):
        num_so_far = ((turns >= 0) & (turns <= turn)).sum(dim=1)
        placed.scatter_add_(1, num_so_far[:, None], rewards[:, turn, None])
    return placed[:, 1:]


def place_step_rewards(
    decode: Callable[[Sequence[int]], str],
    episodes: Sequence[Episode],
    turns: Tensor,
    paid: StepRewards,
) -> Tensor:
    """Give the reward of each step to the token that completes it.

    Args:
        decode: From token ids to their text.
        episodes: The answers.
        turns: The turn of each sampled token, -1 for padding, shape ``(episodes, tokens)``.
        paid: What the steps of each answer earn.

    Returns:
        Shape ``(episodes, tokens)``, float32.
    """
    rewards = torch.zeros(turns.shape)
    for row, of_tokens in enumerate(turns.tolist()):
        for index, turn in enumerate(episodes[row].turns):
            if index not in of_tokens:
                continue  # said by somebody else
            first = of_tokens.index(index)
            for step in paid[row, index]:
                text = turn.completion.text[: step.end]
                token = completing_token(decode, turn.completion.token_ids, text)
                rewards[row, first + token] += step.reward
    return rewards.to(turns.device)


def verifier_step_rewards(episodes: Sequence[Episode]) -> StepRewards:
    """Pay the steps of answers by their scores in the verdicts.

    Args:
        episodes: Whose verdicts say how good each step is; those that do not have
            nothing to pay for.

    Returns:
        For each of the *L* steps of an answer its score over *L*: all of them right earn
        1. A step that could not be checked earns nothing.
    """
    paid = {}
    for row, episode in enumerate(episodes):
        for index, turn in enumerate(episode.turns):
            steps = turn.verdict.steps if turn.verdict is not None else ()
            paid[row, index] = [
                StepReward(step.end, (step.score or 0.0) / len(steps)) for step in steps
            ]
    return paid


def model_step_rewards(
    prefix_scores: PrefixScores, episodes: Sequence[Episode], form: str
) -> StepRewards:
    """Pay the steps of answers by a learned outcome reward model.

    Args:
        prefix_scores: The model.
        episodes: The answers.
        form: ``"sparse"``, ``"potential"`` or ``"dense"``, see `step_rewards`.

    Returns:
        What the steps of each answer earn.

    Raises:
        ArgumentError: If there is no such form.
    """
    places, said_before, answers = [], [], []
    for row, episode in enumerate(episodes):
        for index, turn in enumerate(episode.turns):
            places.append((row, index))
            said_before.append(episode.conversation[: 2 * index + 1])
            answers.append(step_prefixes(turn.completion.text))
    paid = {}
    scores = prefix_scores(said_before, answers)
    for place, pieces, of_pieces in zip(places, answers, scores, strict=True):
        ends = accumulate(map(len, pieces))
        rewards = step_rewards(of_pieces, form)
        paid[place] = [StepReward(*each) for each in zip(ends, rewards, strict=True)]
    return paid


def completing_token(
    decode: Callable[[Sequence[int]], str], token_ids: Sequence[int], text: str
) -> int:
    """Find the token with which the beginning of a message is complete.

    Args:
        decode: From token ids to their text.
        token_ids: Of the message, not empty.
        text: How the message begins.

    Returns:
        The index of the first token up to which the tokens say all of ``text``; of
        the last one if they never do.
    """
    counts = range(1, len(token_ids))
    return bisect_left(counts, True, key=lambda count: decode(token_ids[:count]).startswith(text))
