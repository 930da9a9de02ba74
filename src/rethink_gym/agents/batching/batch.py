"""Episodes as tensors: what one update reads, and the micro-batches it is computed in.

Rows are episodes, columns are sampled tokens: what the environment wrote is context only.
Episodes may differ in their number of turns; what a missing turn would hold is 0, and
`Batch.has_turn` says which turns exist.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from rethink_gym.agents.batching.lengths import length_groups
from rethink_gym.agents.objectives.losses import exact_kl, token_log_probs
from rethink_gym.agents.policies.chat import TokenizedConversation
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.packing import can_pack
from rethink_gym.episode import Episode

__all__ = [
    "Batch",
    "Part",
    "SampledTokens",
    "TokenBatch",
    "UpdateLog",
    "micro_batches",
    "sampled_turns",
    "sampling_log_probs",
    "turn_rewards",
]


class UpdateLog:
    """Averages of what the micro-batches of an update report."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._counts: dict[str, float] = {}

    def add(self, name: str, total: float, count: float = 1.0) -> None:
        """Add a sum over ``count`` tokens, attempts or steps to the average of a name."""
        self._sums[name] = self._sums.get(name, 0.0) + total
        self._counts[name] = self._counts.get(name, 0.0) + count

    def means(self) -> dict[str, float]:
        """Return each sum divided by its count; 0 where nothing was counted."""
        return {name: total / (self._counts[name] or 1.0) for name, total in self._sums.items()}


@dataclass(frozen=True)
class Batch:
    """What one update learns from: one row per episode, one column per sampled token.

    Attributes:
        episodes: The rollouts, the samples of a problem one after the other.
        turns: Turn of each sampled token, from 0; -1 is padding. Shape ``(episodes, tokens)``.
        rewards: Reward of each turn, float32, shape ``(episodes, turns)``.
        has_turn: Which turns each episode has, bool, same shape as `rewards`.
        values: Expected returns before each token, by the critic before the update, shape
            ``(episodes, tokens)``; 0 if there is no critic.
        final_values: Expected returns after the last token, shape ``(episodes,)``.
        ref_log_probs: Log-probabilities of the tokens under the reference, shape
            ``(episodes, tokens)``; 0 if they were not asked for.
        log_probs: The same under the policy before the update; None if the policy was not
            read, since the update is a single step.
        log: What the update reports.
    """

    episodes: Sequence[Episode]
    turns: Tensor
    rewards: Tensor
    has_turn: Tensor
    values: Tensor
    final_values: Tensor
    ref_log_probs: Tensor
    log_probs: Tensor | None
    log: UpdateLog = field(default_factory=UpdateLog)

    @property
    def own_log_probs(self) -> Tensor:
        """`log_probs`, or those of sampling time if the policy was not read again."""
        return sampling_log_probs(self) if self.log_probs is None else self.log_probs

    @property
    def is_action(self) -> Tensor:
        """Which entries are sampled tokens, bool, shape ``(episodes, tokens)``."""
        return self.turns >= 0

    def log_kls(self, kls: Tensor) -> None:
        """Report KLs of tokens, shape ``(episodes, tokens)``, per token and per attempt."""
        self.log.add("kl_per_token", kls[self.is_action].sum().item(), int(self.is_action.sum()))
        totals, counts = self.per_turn(kls).sum(dim=0).tolist(), self.has_turn.sum(dim=0).tolist()
        for turn, total in enumerate(totals):
            self.log.add(f"kl_t{turn + 1}", total, counts[turn])

    def per_turn(self, values: Tensor) -> Tensor:
        """Sum values of tokens, shape ``(episodes, tokens)``, over each turn of each episode."""
        num_turns = self.rewards.shape[1]
        sums = values.new_zeros((len(values), num_turns + 1))
        return sums.scatter_add_(1, self.turns % (num_turns + 1), values)[:, :num_turns]

    def per_token(self, values: Tensor) -> Tensor:
        """Give each token the value of its turn; padding gets that of the first turn."""
        return values.to(self.turns.device).gather(1, self.turns.clamp(min=0))


@dataclass(frozen=True, slots=True)
class SampledTokens:
    """The sampled tokens of some rows, all in one list.

    Attributes:
        token_ids: The tokens, shape ``(sampled,)``.
        rows: Row of each token, same shape.
        columns: Column of each token, same shape.
        turns: Turn in which it was sampled, from 0, same shape.
        positions: Its index among the sampled tokens of its row, from 0, same shape.
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
        token_ids: Whole conversations, padded on the right, where a causal model never
            looks; shape ``(rows, tokens)``.
        episodes: Index of each row's episode in the larger batch, shape ``(rows,)``.
        sampled: The tokens that the policy sampled.
    """

    token_ids: Tensor
    episodes: Tensor
    sampled: SampledTokens

    @property
    def index(self) -> tuple[Tensor, Tensor]:
        """Picks the sampled tokens out of a tensor of shape ``(episodes, tokens)``."""
        return self.episodes[self.sampled.rows], self.sampled.positions

    def outputs(
        self, policy: LanguageModel, temperature: float, *, with_ends: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Return what each sampled token is drawn from under a policy.

        Args:
            policy: The policy; gradients flow unless the caller has switched them off.
            temperature: The logits are divided by it: the trained distribution is the one
                that was sampled from.
            with_ends: Whether to append the states after the last token of each row.

        Returns:
            Logits, shape ``(sampled, vocabulary)``, and hidden states, shape ``(sampled,
            width)``; with the ends, both have one more entry per row.
        """
        positions = self._positions(with_ends=with_ends)
        logits, hidden = policy.forward_at_positions(self.token_ids, *positions)
        return logits / temperature, hidden

    def hidden(self, policy: LanguageModel, *, with_ends: bool = False) -> Tensor:
        """Return the hidden states of `outputs` only."""
        return policy.hidden_at_positions(self.token_ids, *self._positions(with_ends=with_ends))

    def _positions(self, *, with_ends: bool) -> tuple[Tensor, Tensor]:
        rows, columns = self.sampled.rows, self.sampled.columns
        if not with_ends:
            return rows, columns
        last = torch.zeros_like(self.episodes).scatter_reduce_(0, rows, columns, "amax")
        all_rows = torch.arange(len(last), device=rows.device)
        return torch.cat((rows, all_rows)), torch.cat((columns, last + 1))


class Part:
    """One micro-batch of a gradient step: model outputs at its sampled tokens.

    Attributes:
        tokens: The tokens of the micro-batch.
        index: Picks its sampled tokens out of tensors of shape ``(episodes, tokens)``.
        rows: Index of the episode of each sampled token, shape ``(sampled,)``.
        turns: Turn of each sampled token, same shape.
        loss_mask: Which of them contribute to the loss, bool, same shape.
        logits: What each was drawn from, divided by the temperature, with gradients,
            shape ``(sampled, vocabulary)``.
        hidden: Last hidden states there, shape ``(sampled, width)``.
        log_probs: Log-probabilities of the sampled tokens, shape ``(sampled,)``.
    """

    def __init__(
        self,
        policy: LanguageModel,
        tokens: TokenBatch,
        weights: Tensor,
        loss_mask: Tensor,
        log: UpdateLog,
        *,
        temperature: float = 1.0,
    ) -> None:
        self.tokens = tokens
        self.index = tokens.index
        self.rows, self.turns = self.index[0], tokens.sampled.turns
        self.loss_mask = loss_mask[self.index]
        self.logits, self.hidden = tokens.outputs(policy, temperature)
        self.log_probs = token_log_probs(self.logits, tokens.sampled.token_ids)
        self._weights = weights
        self._log = log
        self._temperature = temperature

    def kl_to(self, reference: LanguageModel) -> Tensor:
        """Return the exact KL of each next-token distribution to that of a reference.

        Args:
            reference: Another policy; no gradient flows into it.

        Returns:
            Nats per position, with gradients, shape ``(sampled,)``.
        """
        with torch.no_grad():
            reference_logits, _ = self.tokens.outputs(reference, self._temperature)
        return exact_kl(self.logits, reference_logits)

    def backward(self, losses: Tensor) -> None:
        """Add the gradient of the losses of the sampled tokens, shape ``(sampled,)``.

        Their weights are those of the whole step, so that the gradient does not depend on
        how the step is cut into micro-batches.
        """
        counted = torch.where(self.loss_mask, losses, 0.0)
        loss = (self._weights[self.rows] * counted).sum()
        loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
        self._log.add("loss", loss.item(), 0.0)

    def log(
        self,
        name: str,
        values: Tensor,
        *,
        per: Literal["token", "attempt"] = "token",
        num_turns: int | None = None,
    ) -> None:
        """Report values of the sampled tokens, shape ``(sampled,)``.

        Args:
            name: Name of the metric.
            values: One per sampled token.
            per: ``"token"`` averages over the tokens that contribute to the loss.
                ``"attempt"`` sums over each turn and averages over the episodes that have
                it, as ``<name>_t1``, ``<name>_t2``, ….
            num_turns: Report only so many first turns; all of them if None.
        """
        values = values.detach()
        if per == "token":
            self._log.add(name, values[self.loss_mask].sum().item(), int(self.loss_mask.sum()))
            return
        last = int(self.turns.max()) + 1 if len(values) else 0
        for turn in range(last if num_turns is None else min(last, num_turns)):
            in_turn = self.turns == turn
            num_attempts = len(torch.unique(self.rows[in_turn]))
            self._log.add(f"{name}_t{turn + 1}", values[in_turn].sum().item(), num_attempts)


def sampled_turns(policy: LanguageModel, episodes: Sequence[Episode]) -> Tensor:
    """Return the turn in which each token was sampled.

    Args:
        policy: Knows the tokens of its conversations.
        episodes: The episodes.

    Returns:
        Index of the turn of each sampled token, -1 as padding; shape ``(episodes, tokens)``.
    """
    rows = [
        [turn for turn in policy.tokenize(episode.conversation).turn_ids if turn >= 0]
        for episode in episodes
    ]
    width = max(map(len, rows), default=0)
    padded = [row + [-1] * (width - len(row)) for row in rows]
    return torch.tensor(padded, dtype=torch.long, device=policy.device)


def sampling_log_probs(batch: Batch) -> Tensor:
    """Return the log-probabilities that the tokens were sampled with.

    Returns:
        Shape ``(episodes, tokens)``, 0 for padding.
    """
    found = torch.zeros(batch.turns.shape)
    for row, episode in enumerate(batch.episodes):
        present = set(batch.turns[row].tolist())
        log_probs = [
            log_prob
            for index, turn in enumerate(episode.turns)
            if index in present
            for log_prob in turn.completion.log_probs
        ]
        found[row, : len(log_probs)] = torch.tensor(log_probs)
    return found.to(batch.turns.device)


def turn_rewards(episodes: Sequence[Episode]) -> tuple[Tensor, Tensor]:
    """Return the rewards of all turns, and which turns there are.

    Args:
        episodes: Episodes of any numbers of turns.

    Returns:
        Rewards, 0 where there is no turn, and a bool mask of turns; ``(episodes, turns)``.
    """
    num_turns = max((len(episode.turns) for episode in episodes), default=0)
    rewards = torch.zeros(len(episodes), num_turns)
    has_turn = torch.zeros(len(episodes), num_turns, dtype=torch.bool)
    for row, episode in enumerate(episodes):
        rewards[row, : len(episode.turns)] = torch.tensor([t.reward for t in episode.turns])
        has_turn[row, : len(episode.turns)] = True
    return rewards, has_turn


def micro_batches(
    policy: LanguageModel,
    episodes: Sequence[Episode],
    max_tokens: int,
    among: Sequence[int] | None = None,
) -> Iterator[TokenBatch]:
    """Cut a batch of episodes into parts that are read at once.

    Where the model reads packed sequences (`can_pack`), episodes with the same prompt are
    put together; elsewhere episodes of similar lengths.

    Args:
        policy: Knows the tokens of its conversations.
        episodes: The whole batch.
        max_tokens: Maximum number of tokens in one part: shared prefixes counted once if
            they are packed, padding included if not. A longer episode is a part by itself.
        among: Indices of the episodes to take; all of them if None.

    Yields:
        The parts; each episode is in exactly one.
    """
    indices = range(len(episodes)) if among is None else among
    rows = {index: policy.tokenize(episodes[index].conversation) for index in indices}
    if can_pack(policy.model):
        groups = _prefix_groups(rows, max_tokens)
    else:
        groups = length_groups({i: len(row.token_ids) for i, row in rows.items()}, max_tokens)
    for group in groups:
        yield _pad(rows, group, policy.device)


def _prefix_groups(
    rows: Mapping[int, TokenizedConversation], max_tokens: int
) -> Iterator[list[int]]:
    """Cut rows into parts of at most so many tokens, each shared prompt counted once."""
    by_prompt: dict[tuple[int, ...], list[int]] = {}
    for index in sorted(rows, key=lambda index: len(rows[index].token_ids)):
        row = rows[index]
        length = next((at for at, turn in enumerate(row.turn_ids) if turn >= 0), 0)
        by_prompt.setdefault(row.token_ids[:length], []).append(index)
    part: list[int] = []
    num_tokens = 0
    for prompt, members in by_prompt.items():
        is_shared = False
        for index in members:
            length = len(rows[index].token_ids)
            num_more = length - len(prompt) if is_shared else length
            if part and num_tokens + num_more > max_tokens:
                yield part
                part, num_tokens, num_more = [], 0, length
            part.append(index)
            num_tokens += num_more
            is_shared = True
    if part:
        yield part


def _pad(
    rows: Mapping[int, TokenizedConversation], part: Sequence[int], device: torch.device
) -> TokenBatch:
    width = max(len(rows[index].token_ids) for index in part)
    token_ids = torch.zeros((len(part), width), dtype=torch.long)
    turn_ids = torch.full((len(part), width), -1, dtype=torch.long)
    for row, index in enumerate(part):
        length = len(rows[index].token_ids)
        token_ids[row, :length] = torch.tensor(rows[index].token_ids)
        turn_ids[row, :length] = torch.tensor(rows[index].turn_ids)
    is_sampled = turn_ids >= 0
    where, columns = torch.nonzero(is_sampled, as_tuple=True)
    sampled = SampledTokens(
        token_ids[where, columns].to(device),
        where.to(device),
        columns.to(device),
        turn_ids[where, columns].to(device),
        (is_sampled.cumsum(dim=1) - 1)[where, columns].to(device),
    )
    return TokenBatch(token_ids.to(device), torch.tensor(part, device=device), sampled)
