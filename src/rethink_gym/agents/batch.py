"""Episodes as tensors: which tokens were sampled, in which turn of which episode."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedModel

from rethink_gym.agents.policies.chat import TokenizedConversation
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.episode import Episode

__all__ = ["SampledTokens", "TokenBatch", "micro_batches", "sampled_logits"]


@dataclass(frozen=True, slots=True)
class SampledTokens:
    """Where the sampled tokens of a batch stand, all episodes in one list.

    Attributes:
        token_ids: The tokens, shape ``(sampled,)``.
        rows: The row of the batch that each stands in, same shape.
        columns: The column that each stands in, same shape; its logits stand one
            column to the left.
        turns: The turn it was said in, from 0, same shape.
    """

    token_ids: Tensor
    rows: Tensor
    columns: Tensor
    turns: Tensor


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """Some episodes of a larger batch, as padded tokens.

    Attributes:
        token_ids: Everything that was said, padded on the right, where a causal
            model never looks at it; shape ``(rows, tokens)``.
        episodes: For each row, the index of its episode in the larger batch,
            shape ``(rows,)``.
        sampled: The tokens that the policy sampled.
    """

    token_ids: Tensor
    episodes: Tensor
    sampled: SampledTokens


def micro_batches(
    policy: LanguageModel, episodes: Sequence[Episode], max_tokens: int
) -> Iterator[TokenBatch]:
    """Cut a batch of episodes into parts of like lengths.

    Args:
        policy: Knows the tokens of its conversations.
        episodes: The whole batch.
        max_tokens: Most tokens in one part, padding included; an episode that is
            longer makes a part of its own.

    Yields:
        The parts, the shortest episodes first; each episode is in exactly one.
    """
    rows = [policy.tokenize(episode.conversation) for episode in episodes]
    order = sorted(range(len(rows)), key=lambda row: len(rows[row].token_ids))
    part: list[int] = []
    for index in order:
        if part and (len(part) + 1) * len(rows[index].token_ids) > max_tokens:
            yield _pad(rows, part, policy.device)
            part = []
        part.append(index)
    if part:
        yield _pad(rows, part, policy.device)


def sampled_logits(model: PreTrainedModel, batch: TokenBatch, temperature: float) -> Tensor:
    """Return the logits that each sampled token was, or would be, drawn from.

    Args:
        model: The model; gradients flow unless the caller switched them off.
        batch: The tokens.
        temperature: The one that was sampled at; the logits are divided by it, so
            that the trained distribution is the sampled one.

    Returns:
        Shape ``(sampled, vocabulary)``, in the order of ``batch.sampled``.
    """
    logits: Tensor = model(input_ids=batch.token_ids, use_cache=False).logits
    picked = logits[batch.sampled.rows, batch.sampled.columns - 1]
    return picked.float() / temperature


def _pad(
    conversations: Sequence[TokenizedConversation], part: Sequence[int], device: torch.device
) -> TokenBatch:
    width = max(len(conversations[index].token_ids) for index in part)
    token_ids = torch.zeros((len(part), width), dtype=torch.long)
    turn_ids = torch.full((len(part), width), -1, dtype=torch.long)
    for row, index in enumerate(part):
        conversation = conversations[index]
        length = len(conversation.token_ids)
        token_ids[row, :length] = torch.tensor(conversation.token_ids)
        turn_ids[row, :length] = torch.tensor(conversation.turn_ids)
    rows, columns = torch.nonzero(turn_ids >= 0, as_tuple=True)
    sampled = SampledTokens(
        token_ids[rows, columns].to(device),
        rows.to(device),
        columns.to(device),
        turn_ids[rows, columns].to(device),
    )
    return TokenBatch(token_ids.to(device), torch.tensor(part, device=device), sampled)
