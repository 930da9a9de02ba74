"""The inner loop: draws token after token for a batch of rows, and drops finished rows."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rethink_gym.agents.policies.generation.cache import KeyValueCache
from rethink_gym.agents.policies.generation.decoder import Block, Decoder
from rethink_gym.agents.policies.generation.draw import draw_tokens
from rethink_gym.agents.policies.generation.stopping import StopWatch
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import StopReason

__all__ = ["Drawn", "Rules", "draw_messages"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn for one row.

    Attributes:
        token_ids: The tokens, the end token included.
        log_probs: The natural-log probability of each.
        stop: Why it stopped there.
        row: The row of the cache that holds it now; its last token is not in it.
    """

    token_ids: tuple[int, ...]
    log_probs: tuple[float, ...]
    stop: StopReason
    row: int


@dataclass(frozen=True, slots=True)
class Rules:
    """How to draw, and when to stop.

    Attributes:
        sampling: Temperature, stop strings and the limit on new tokens.
        end_ids: Tokens that end a message.
        max_length: Most tokens of a row, its prompt included; None for no limit.
        random: Source of chance.
        decode: From token ids to their text; asked only if there are stop strings.
    """

    sampling: SamplingConfig
    end_ids: Collection[int]
    max_length: int | None
    random: torch.Generator
    decode: Callable[[Sequence[int]], str]


def draw_messages(
    decoder: Decoder, cache: KeyValueCache, logits: Tensor, rules: Rules
) -> list[Drawn]:
    """Draw one message for each row.

    Args:
        decoder: Computes the next logits.
        cache: Holds the prompts; holds prompts and messages afterwards, its rows in
            another order.
        logits: Of the first tokens, shape ``(rows, vocabulary)``.
        rules: How to draw, and when to stop.

    Returns:
        The messages, in the order of the rows.
    """
    batch = _Batch(cache, logits, rules)
    while True:
        token_ids = batch.draw(logits)
        if token_ids is None:
            return batch.drawn()
        cache.advance(1)
        logits = decoder.decode(Block(token_ids[:, None], None), cache)


class _Batch:
    """The state of the loop. All tensors are in the order of the cache's rows."""

    def __init__(self, cache: KeyValueCache, logits: Tensor, rules: Rules) -> None:
        device, num_rows = logits.device, len(logits)
        self._cache, self._rules = cache, rules
        self._limits = self._token_limits(rules)
        self._limit_set = set(self._limits.tolist())
        self._order = torch.arange(num_rows, device=device)
        self._is_end = torch.zeros(logits.shape[-1], dtype=torch.bool, device=device)
        self._is_end[[end for end in rules.end_ids if end < logits.shape[-1]]] = True
        self._token_ids = torch.zeros(
            (num_rows, max(self._limit_set)), dtype=torch.long, device=device
        )
        self._log_probs = torch.zeros_like(self._token_ids, dtype=torch.float32)
        self._counts = [0] * num_rows
        self._stops = [StopReason.LENGTH] * num_rows
        strings = rules.sampling.stop_strings
        self._watches = [StopWatch(strings, rules.decode) for _ in range(num_rows) if strings]
        self._step = 0

    def draw(self, logits: Tensor) -> Tensor | None:
        """Draw the next token of each active row; returns those to go on from, if any."""
        num_active, temperature = self._cache.num_active, self._rules.sampling.temperature
        uniforms = None
        if temperature > 0:
            # One number for each row, finished or not: what a row draws does not
            # depend on when its neighbours end.
            random = self._rules.random
            uniforms = torch.rand(len(self._order), generator=random, device=random.device)
            uniforms = uniforms.to(logits.device).index_select(0, self._order[:num_active])
        token_ids, log_probs = draw_tokens(logits, temperature, uniforms)
        self._token_ids[:num_active, self._step] = token_ids
        self._log_probs[:num_active, self._step] = log_probs
        self._step += 1
        is_done = self._is_end.index_select(0, token_ids)
        if self._watches:
            is_done = is_done | self._stop_strings(token_ids)
        if self._step in self._limit_set:
            is_done = is_done | (self._limits[:num_active] == self._step)
        if is_done.any():
            token_ids = self._drop(is_done.tolist(), token_ids)
        return token_ids if self._cache.num_active else None

    def drawn(self) -> list[Drawn]:
        """Return what was drawn, in the order of the rows at the beginning."""
        token_ids, log_probs = self._token_ids.tolist(), self._log_probs.tolist()
        drawn: dict[int, Drawn] = {}
        for row, place in enumerate(self._order.tolist()):
            count = self._counts[place]
            drawn[place] = Drawn(
                tuple(token_ids[row][:count]),
                tuple(log_probs[row][:count]),
                self._stops[place],
                row,
            )
        return [drawn[place] for place in range(len(drawn))]

    def _token_limits(self, rules: Rules) -> Tensor:
        """How many tokens each row may draw, at least one."""
        limits = torch.full_like(self._cache.starts, rules.sampling.max_new_tokens)
        if rules.max_length is None:
            return limits
        lengths = self._cache.length - self._cache.starts
        return torch.minimum(limits, rules.max_length - lengths)

    def _stop_strings(self, token_ids: Tensor) -> Tensor:
        hits = [
            self._watches[place].sees(token)
            for place, token in zip(self._order.tolist(), token_ids.tolist(), strict=False)
        ]
        for place, hit in zip(self._order.tolist(), hits, strict=False):
            if hit:
                self._stops[place] = StopReason.STOP_STRING
        return torch.tensor(hits, device=token_ids.device)

    def _drop(self, is_done: list[bool], token_ids: Tensor) -> Tensor:
        """Move finished rows behind the active ones; returns the tokens of the latter."""
        order = self._order.tolist()
        ends = self._is_end[token_ids].tolist()
        for row, done in enumerate(is_done):
            if done:
                self._counts[order[row]] = self._step
                if ends[row]:
                    self._stops[order[row]] = StopReason.END
        num_left = is_done.count(False)
        holes = [row for row in range(num_left) if is_done[row]]
        if holes:
            movers = [row for row in range(num_left, len(is_done)) if not is_done[row]]
            some = torch.tensor(holes, device=token_ids.device)
            others = torch.tensor(movers, device=token_ids.device)
            self._cache.swap(some, others)
            to, of = torch.cat((some, others)), torch.cat((others, some))
            for part in (self._order, self._limits, self._token_ids, self._log_probs, token_ids):
                part[to] = part[of]
        self._cache.num_active = num_left
        return token_ids[:num_left]
