"""The inner loop: draws token after token for a batch of rows, and refills finished rows."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

import torch
from torch import Tensor

from rethink_gym.agents.policies.generation.cache import Block, Decoder, KeyValueCache
from rethink_gym.agents.policies.generation.sampler import RowRandom, sample_tokens
from rethink_gym.agents.policies.generation.stop_strings import StopStringMatcher
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import StopReason

__all__ = ["GeneratedSequence", "GenerationConfig", "Prompts", "draw_messages"]

_FEW_ROWS = 16
"""On a CPU, a step costs the more the more rows it has, unless there are few; and rows
that are refilled make those beside them attend to more columns. There, refilling more
than so many rows took longer than beginning anew when all are finished (by 5 to 12 %
with 64 rows; with 8 and 16 it took a tenth to a fifth less)."""


@dataclass(frozen=True, slots=True)
class GeneratedSequence:
    """What was drawn for one row.

    Attributes:
        token_ids: The tokens, the end token included.
        log_probs: The natural-log probability of each.
        stop: Why it stopped there.
    """

    token_ids: tuple[int, ...]
    log_probs: tuple[float, ...]
    stop: StopReason


@dataclass(frozen=True, slots=True)
class GenerationConfig:
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


class Prompts(Protocol):
    """What messages are drawn for, numbered from 0."""

    @property
    def lengths(self) -> Sequence[int]:
        """How many tokens each prompt has."""
        ...

    def read(self, places: range) -> tuple[KeyValueCache, Tensor]:
        """Compute some prompts.

        Args:
            places: Their numbers.

        Returns:
            A cache with a row for each, and the logits of their first tokens.
        """
        ...

    def keep(self, cache: KeyValueCache, places: Sequence[int], first_row: int) -> None:
        """Take back rows with their messages.

        Args:
            cache: Holds prompts and messages, the last token of each left out; used no
                more if ``first_row`` is 0, and gone on with otherwise.
            places: The numbers of the prompts in the rows from ``first_row`` on.
            first_row: The rows before are still active.
        """
        ...


def draw_messages(
    decoder: Decoder, prompts: Prompts, rules: GenerationConfig, max_rows: int
) -> list[GeneratedSequence]:
    """Draw one message for each prompt.

    Args:
        decoder: Computes the next logits.
        prompts: What to answer, at least one prompt.
        rules: How to draw, and when to stop.
        max_rows: Most rows decoded side by side; those that finish make room for
            prompts that wait. What a row draws does not depend on it.

    Returns:
        The messages, in the order of the prompts.
    """
    num_prompts = len(prompts.lengths)
    num_read = min(max_rows, num_prompts)
    cache, logits = prompts.read(range(num_read))
    batch = _Batch(prompts, rules, logits)
    batch.admit(range(num_read))
    # Not each row at once: that would read prompts one by one, and copy the cache as often.
    is_dear = logits.device.type == "cpu" and max_rows > _FEW_ROWS
    num_wanted = max_rows if is_dear else (max_rows + 1) // 2
    while True:
        token_ids = batch.draw(cache, logits)
        if cache.num_active:
            cache.advance(1)
            logits = decoder.decode(Block(token_ids[:, None], None), cache)
        num_free = min(max_rows - cache.num_active, num_prompts - num_read)
        if num_free and max_rows - cache.num_active >= num_wanted:
            prompts.keep(cache, batch.forget_finished(cache.num_active), cache.num_active)
            places = range(num_read, num_read + num_free)
            fresh, fresh_logits = prompts.read(places)
            if cache.num_active:
                cache = cache.joined(fresh, cache.capacity - cache.length)
                logits = torch.cat((logits, fresh_logits))
            else:
                cache, logits = fresh, fresh_logits
            batch.admit(places)
            num_read += num_free
        elif not cache.num_active:
            prompts.keep(cache, batch.forget_finished(0), 0)
            return batch.drawn()


class _Batch:
    """The state of the loop. Tensors of rows are in the order of the cache's rows."""

    def __init__(self, prompts: Prompts, rules: GenerationConfig, logits: Tensor) -> None:
        device, num_prompts = logits.device, len(prompts.lengths)
        sampling = rules.sampling
        self._temperature = sampling.temperature
        most = rules.max_length
        self._limits = [
            sampling.max_new_tokens if most is None else min(sampling.max_new_tokens, most - length)
            for length in prompts.lengths
        ]
        self._uniforms = RowRandom(num_prompts, rules.random, device)
        self._is_end = torch.zeros(logits.shape[-1], dtype=torch.bool, device=device)
        self._is_end[[end for end in rules.end_ids if end < logits.shape[-1]]] = True
        # Of each row: its prompt, the step of its first token, and the one of its last.
        self._order = torch.zeros(0, dtype=torch.long, device=device)
        self._births, self._deadlines = self._order, self._order
        self._deadline_set: set[int] = set()
        self._oldest = 0
        # Of each prompt.
        self._birth_of = [0] * num_prompts
        self._counts = [0] * num_prompts
        self._stops = [StopReason.LENGTH] * num_prompts
        strings = sampling.stop_strings
        self._watches = [
            StopStringMatcher(strings, rules.decode) for _ in range(num_prompts) if strings
        ]
        self._history: list[tuple[Tensor, Tensor, Tensor]] = []

    @property
    def _step(self) -> int:
        return len(self._history)

    def admit(self, places: range) -> None:
        """Go on with some prompts, in rows behind the active ones."""
        births = [self._step] * len(places)
        deadlines = [self._step + self._limits[place] for place in places]
        self._deadline_set.update(deadlines)
        for place in places:
            self._birth_of[place] = self._step
        rows = torch.tensor([[*places], births, deadlines], device=self._order.device)
        self._order = torch.cat((self._order, rows[0]))
        self._births = torch.cat((self._births, rows[1]))
        self._deadlines = torch.cat((self._deadlines, rows[2]))
        self._find_oldest(len(self._order))

    def forget_finished(self, num_active: int) -> list[int]:
        """Drop the rows behind the active ones from all tensors; returns their prompts."""
        places: list[int] = self._order[num_active:].tolist()
        self._order = self._order[:num_active]
        self._births = self._births[:num_active]
        self._deadlines = self._deadlines[:num_active]
        return places

    def draw(self, cache: KeyValueCache, logits: Tensor) -> Tensor:
        """Draw the next token of each active row; returns those to go on from."""
        num_active = cache.num_active
        order = self._order[:num_active]
        uniforms = None
        if self._temperature > 0:
            ages = self._step - self._births[:num_active]
            uniforms = self._uniforms.at(ages, order, self._step - self._oldest)
        token_ids, log_probs = sample_tokens(logits, self._temperature, uniforms)
        self._history.append((order, token_ids, log_probs))
        is_done = self._is_end.index_select(0, token_ids)
        if self._watches:
            is_done = is_done | self._stop_strings(order, token_ids)
        if self._step in self._deadline_set:
            is_done = is_done | (self._deadlines[:num_active] == self._step)
        if is_done.any():
            token_ids = self._drop(cache, is_done.tolist(), token_ids)
        return token_ids

    def drawn(self) -> list[GeneratedSequence]:
        """Return what was drawn, in the order of the prompts."""
        order, token_ids, log_probs = (
            torch.cat(part).cpu() for part in zip(*self._history, strict=True)
        )
        by_prompt = order.argsort(stable=True)
        tokens, logs = token_ids[by_prompt].tolist(), log_probs[by_prompt].tolist()
        ends = list(accumulate(self._counts))
        return [
            GeneratedSequence(
                tuple(tokens[end - count : end]), tuple(logs[end - count : end]), stop
            )
            for end, count, stop in zip(ends, self._counts, self._stops, strict=True)
        ]

    def _stop_strings(self, order: Tensor, token_ids: Tensor) -> Tensor:
        places = order.tolist()
        hits = [
            self._watches[place].sees(token)
            for place, token in zip(places, token_ids.tolist(), strict=True)
        ]
        for place, hit in zip(places, hits, strict=True):
            if hit:
                self._stops[place] = StopReason.STOP_STRING
        return torch.tensor(hits, device=token_ids.device)

    def _drop(self, cache: KeyValueCache, is_done: list[bool], token_ids: Tensor) -> Tensor:
        """Move finished rows behind the active ones; returns the tokens of the latter."""
        order = self._order.tolist()
        ends = self._is_end[token_ids].tolist()
        for row, done in enumerate(is_done):
            if done:
                self._counts[order[row]] = self._step - self._birth_of[order[row]]
                if ends[row]:
                    self._stops[order[row]] = StopReason.END
        num_left = is_done.count(False)
        holes = [row for row in range(num_left) if is_done[row]]
        if holes:
            movers = [row for row in range(num_left, len(is_done)) if not is_done[row]]
            some = torch.tensor(holes, device=token_ids.device)
            others = torch.tensor(movers, device=token_ids.device)
            cache.swap(some, others)
            to, of = torch.cat((some, others)), torch.cat((others, some))
            # Copies: the history has views of the tensors as they are.
            self._order, self._births, self._deadlines, token_ids = (
                part.index_copy(0, to, part[of])
                for part in (self._order, self._births, self._deadlines, token_ids)
            )
        cache.num_active = num_left
        self._find_oldest(num_left)
        return token_ids[:num_left]

    def _find_oldest(self, num_active: int) -> None:
        active = self._order[:num_active].tolist()
        self._oldest = min((self._birth_of[place] for place in active), default=self._step)
