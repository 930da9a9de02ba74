"""Episodes as tensors: which tokens were sampled, in which turn of which episode."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from rethink_gym.agents.batching.packing import can_pack, forward_packed, pack
from rethink_gym.agents.policies.chat import TokenizedConversation
from rethink_gym.agents.policies.language_model import LanguageModel, eval_mode
from rethink_gym.episode import Episode

__all__ = [
    "SampledTokens",
    "TokenBatch",
    "micro_batches",
    "outputs_at",
    "sampled_logits",
    "sampled_turns",
]


@dataclass(frozen=True, slots=True)
class SampledTokens:
    """Where the sampled tokens of a batch stand, all episodes in one list.

    Attributes:
        token_ids: The tokens, shape ``(sampled,)``.
        rows: The row of the batch that each stands in, same shape.
        columns: The column that each stands in, same shape; its logits stand one
            column to the left.
        turns: The turn it was said in, from 0, same shape.
        positions: Its place among the sampled tokens of its row, from 0, same shape.
    """

    token_ids: Tensor
    rows: Tensor
    columns: Tensor
    turns: Tensor
    positions: Tensor


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

    @property
    def places(self) -> tuple[Tensor, Tensor]:
        """Where each sampled token stands in tensors of shape ``(episodes, tokens)``.

        It is the index of its episode and its place among the episode's sampled tokens.
        """
        return self.episodes[self.sampled.rows], self.sampled.positions


def sampled_turns(policy: LanguageModel, episodes: Sequence[Episode]) -> Tensor:
    """Return the turn that each sampled token was said in.

    Args:
        policy: Knows the tokens of its conversations.
        episodes: The episodes.

    Returns:
        One row per episode, its sampled tokens in order: the index of their turn, from
        0, and -1 behind the last one; shape ``(episodes, most sampled tokens)``.
    """
    rows = [
        [turn for turn in policy.tokenize(episode.conversation).turn_ids if turn >= 0]
        for episode in episodes
    ]
    width = max(map(len, rows), default=0)
    padded = [row + [-1] * (width - len(row)) for row in rows]
    return torch.tensor(padded, dtype=torch.long, device=policy.device)


def micro_batches(
    policy: LanguageModel,
    episodes: Sequence[Episode],
    max_tokens: int,
    among: Sequence[int] | None = None,
) -> Iterator[TokenBatch]:
    """Cut a batch of episodes into parts that are read at once.

    Where the model can read packed tokens (`can_pack`), episodes with one opening, which
    is all that stands before the first sampled token, are put together; else episodes of
    like lengths.

    Args:
        policy: Knows the tokens of its conversations.
        episodes: The whole batch.
        max_tokens: Most tokens in one part: different ones if they are packed, else those
            of the padded rows. An episode that is longer makes a part of its own.
        among: Indices of the episodes to take; all of them if None.

    Yields:
        The parts, the shortest episodes first; each episode is in exactly one.
    """
    indices = range(len(episodes)) if among is None else among
    rows = {index: policy.tokenize(episodes[index].conversation) for index in indices}
    cut = _by_opening if can_pack(policy.model) else _by_length
    for part in cut(rows, max_tokens):
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
    logits, _ = outputs_at(model, batch.token_ids, batch.sampled.rows, batch.sampled.columns - 1)
    return logits / temperature


def outputs_at(
    model: PreTrainedModel, token_ids: Tensor, rows: Tensor, columns: Tensor
) -> tuple[Tensor, Tensor]:
    """Return a model's outputs at some places of a batch, and at no others.

    A model makes of every hidden state a row as wide as the vocabulary. Prompts have
    no use for theirs, and together they may need more memory than all else: so the
    hidden states are picked out before they reach the output layer. A model that can
    (`can_pack`) is given only the tokens that these places depend on, without padding,
    and once those that several rows begin with.

    Args:
        model: The model, used without dropout, as it samples; gradients flow unless the
            caller switched them off.
        token_ids: Padded on the right, shape ``(rows, tokens)``.
        rows: The row of each place, shape ``(places,)``.
        columns: Its column, same shape.

    Returns:
        The logits in float32, shape ``(places, vocabulary)``, and the last hidden
        states, shape ``(places, width)``.
    """
    picked: list[Tensor] = []
    packed = pack(token_ids, rows, columns) if len(rows) and can_pack(model) else None

    def pick(_: nn.Module, arguments: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        hidden, *others = arguments
        places = rows * hidden.shape[1] + columns if packed is None else packed.indices
        picked.append(hidden.flatten(0, 1).index_select(0, places))
        return (picked[-1][None], *others)

    output_layer: nn.Module = model.get_output_embeddings()  # type: ignore[no-untyped-call]  # no types there
    hook = output_layer.register_forward_pre_hook(pick)
    try:
        with eval_mode(model):
            if packed is None:
                logits: Tensor = model(input_ids=token_ids, use_cache=False).logits
            else:
                logits = forward_packed(model, packed)
    finally:
        hook.remove()
    return logits[0].float(), picked[0]


def _by_length(rows: Mapping[int, TokenizedConversation], max_tokens: int) -> Iterator[list[int]]:
    """Cut rows into parts of at most so many tokens, padding included."""
    part: list[int] = []
    for index in sorted(rows, key=lambda index: len(rows[index].token_ids)):
        if part and (len(part) + 1) * len(rows[index].token_ids) > max_tokens:
            yield part
            part = []
        part.append(index)
    if part:
        yield part


def _by_opening(rows: Mapping[int, TokenizedConversation], max_tokens: int) -> Iterator[list[int]]:
    """Cut rows into parts of at most so many tokens, those of an opening counted once."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for index in sorted(rows, key=lambda index: len(rows[index].token_ids)):
        row = rows[index]
        length = next((at for at, turn in enumerate(row.turn_ids) if turn >= 0), 0)
        groups.setdefault(row.token_ids[:length], []).append(index)
    part: list[int] = []
    num_tokens = 0
    for opening, members in groups.items():
        is_shared = False
        for index in members:
            length = len(rows[index].token_ids)
            num_more = length - len(opening) if is_shared else length
            if part and num_tokens + num_more > max_tokens:
                yield part
                part, num_tokens, num_more = [], 0, length
            part.append(index)
            num_tokens += num_more
            is_shared = True
    if part:
        yield part


def _pad(
    conversations: Mapping[int, TokenizedConversation], part: Sequence[int], device: torch.device
) -> TokenBatch:
    width = max(len(conversations[index].token_ids) for index in part)
    token_ids = torch.zeros((len(part), width), dtype=torch.long)
    turn_ids = torch.full((len(part), width), -1, dtype=torch.long)
    for row, index in enumerate(part):
        conversation = conversations[index]
        length = len(conversation.token_ids)
        token_ids[row, :length] = torch.tensor(conversation.token_ids)
        turn_ids[row, :length] = torch.tensor(conversation.turn_ids)
    is_sampled = turn_ids >= 0
    rows, columns = torch.nonzero(is_sampled, as_tuple=True)
    sampled = SampledTokens(
        token_ids[rows, columns].to(device),
        rows.to(device),
        columns.to(device),
        turn_ids[rows, columns].to(device),
        (is_sampled.cumsum(dim=1) - 1)[rows, columns].to(device),
    )
    return TokenBatch(token_ids.to(device), torch.tensor(part, device=device), sampled)
