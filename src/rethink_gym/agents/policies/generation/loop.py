"""The generation loop: sample token after token for many rows, and refill finished rows."""

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

__all__ = ["GeneratedSequence", "GenerationConfig", "Prompts", "generate_sequences"]

_FEW_ROWS = 16
"""Up to this ``max_rows``, a CPU refills rows as soon as half of them are finished.

The cost of a step grows with the number of rows unless there are few, and refilled rows
make the others attend to more columns. With 64 rows, refilling took 5 to 12 % longer than
starting a new batch when all rows are finished; with 8 and 16 rows it took 10 to 20 % less.
"""


@dataclass(frozen=True, slots=True)
class GeneratedSequence:
    """The tokens generated for one prompt.

    Attributes:
        token_ids: The tokens, end token included.
        log_probs: Natural-log probability of each token.
        stop: Why generation stopped.
    """

    token_ids: tuple[int, ...]
    log_probs: tuple[float, ...]
    stop: StopReason


@dataclass(frozen=True, slots=True)
class GenerationConfig:
    """How to sample tokens, and when to stop.

    Attributes:
        sampling: Temperature, stop strings and the maximum number of new tokens.
        end_ids: Tokens that end a message.
        max_length: Maximum number of tokens of a row, prompt included; None for no limit.
        random: Random generator.
        decode: Function from token ids to their text; called only if there are stop strings.
    """

    sampling: SamplingConfig
    end_ids: Collection[int]
    max_length: int | None
    random: torch.Generator
    decode: Callable[[Sequence[int]], str]


class Prompts(Protocol):
    """The prompts to complete, numbered from 0."""

    @property
    def lengths(self) -> Sequence[int]:
        """Number of tokens of each prompt."""
        ...

    def prefill(self, indices: range) -> tuple[KeyValueCache, Tensor]:
        """Compute the keys and values of some prompts.

        Args:
            indices: Indices of the prompts.

        Returns:
            A KV cache with one row per prompt, and the logits of the first new tokens.
        """
        ...

    def store(self, cache: KeyValueCache, indices: Sequence[int], first_row: int) -> None:
        """Take back rows whose completions are finished.

        Args:
            cache: KV cache of prompts and completions, the last token of each excluded. If
                ``first_row`` is 0, the loop does not use it again.
            indices: Indices of the prompts in the rows from ``first_row`` on.
            first_row: First finished row; the rows before it are still active.
        """
        ...


def generate_sequences(
    decoder: Decoder, prompts: Prompts, config: GenerationConfig, max_rows: int
) -> list[GeneratedSequence]:
    """Generate one completion for each prompt.

    Args:
        decoder: Computes the next logits.
        prompts: The prompts, at least one.
        config: How to sample, and when to stop.
        max_rows: Maximum number of rows decoded side by side; waiting prompts take the rows
            of finished ones. The tokens of a prompt do not depend on it.

    Returns:
        The completions, in the order of the prompts.
    """
    num_prompts = len(prompts.lengths)
    num_started = min(max_rows, num_prompts)
    cache, logits = prompts.prefill(range(num_started))
    batch = _Batch(prompts, config, logits)
    batch.start(range(num_started))
    # Rows are not refilled one at a time: that would prefill prompts one by one, and copy
    # the cache for each of them.
    is_costly = logits.device.type == "cpu" and max_rows > _FEW_ROWS
    min_refill = max_rows if is_costly else (max_rows + 1) // 2
    while True:
        token_ids = batch.sample(cache, logits)
        if cache.num_active:
            cache.advance(1)
            logits = decoder.decode(Block(token_ids[:, None], None), cache)
        num_refilled = min(max_rows - cache.num_active, num_prompts - num_started)
        if num_refilled and max_rows - cache.num_active >= min_refill:
            prompts.store(cache, batch.drop_finished(cache.num_active), cache.num_active)
            indices = range(num_started, num_started + num_refilled)
            fresh, fresh_logits = prompts.prefill(indices)
            if cache.num_active:
                cache = cache.merge_active(fresh, cache.capacity - cache.length)
                logits = torch.cat((logits, fresh_logits))
            else:
                cache, logits = fresh, fresh_logits
            batch.start(indices)
            num_started += num_refilled
        elif not cache.num_active:
            prompts.store(cache, batch.drop_finished(0), 0)
            return batch.sequences()


class _Batch:
    """The state of the loop. Tensors of rows are in the order of the cache's rows.

    A step samples one token for each active row. Steps are counted from the start of the
    loop; the age of a row is the number of steps since its first one.
    """

    def __init__(self, prompts: Prompts, config: GenerationConfig, logits: Tensor) -> None:
        device, lengths = logits.device, prompts.lengths
        sampling = config.sampling
        self._temperature = sampling.temperature
        self._random = RowRandom(len(lengths), config.random, device)
        self._is_end = torch.zeros(logits.shape[-1], dtype=torch.bool, device=device)
        self._is_end[[end for end in config.end_ids if end < logits.shape[-1]]] = True
        # For each row: the index of its prompt, its first step, and its last possible step.
        self._prompt_of = torch.zeros(0, dtype=torch.long, device=device)
        self._first_steps, self._last_steps = self._prompt_of, self._prompt_of
        self._last_step_set: set[int] = set()
        self._oldest_first_step = 0
        # For each prompt: maximum number of new tokens, first step, number of tokens, and why
        # it stopped. Until it stops, that is the limit that it would reach.
        max_new_tokens, max_length = sampling.max_new_tokens, config.max_length
        self._limits = [max_new_tokens] * len(lengths)
        self._stops = [StopReason.LENGTH] * len(lengths)
        for index, length in enumerate(lengths):
            if max_length is not None and max_length - length < max_new_tokens:
                self._limits[index] = max_length - length
                self._stops[index] = StopReason.CONTEXT
        self._first_step_of = [0] * len(lengths)
        self._counts = [0] * len(lengths)
        strings = sampling.stop_strings
        self._matchers = [StopStringMatcher(strings, config.decode) for _ in lengths if strings]
        # For each step: prompt indices, token ids and log-probabilities of the active rows.
        self._history: list[tuple[Tensor, Tensor, Tensor]] = []

    @property
    def _step(self) -> int:
        return len(self._history)

    def start(self, indices: range) -> None:
        """Start some prompts, in rows after the active ones."""
        first_steps = [self._step] * len(indices)
        last_steps = [self._step + self._limits[index] for index in indices]
        self._last_step_set.update(last_steps)
        for index in indices:
            self._first_step_of[index] = self._step
        rows = torch.tensor([[*indices], first_steps, last_steps], device=self._prompt_of.device)
        self._prompt_of = torch.cat((self._prompt_of, rows[0]))
        self._first_steps = torch.cat((self._first_steps, rows[1]))
        self._last_steps = torch.cat((self._last_steps, rows[2]))
        self._update_oldest(len(self._prompt_of))

    def drop_finished(self, num_active: int) -> list[int]:
        """Drop the rows after the active ones from all tensors; returns their prompts."""
        indices: list[int] = self._prompt_of[num_active:].tolist()
        self._prompt_of = self._prompt_of[:num_active]
        self._first_steps = self._first_steps[:num_active]
        self._last_steps = self._last_steps[:num_active]
        return indices

    def sample(self, cache: KeyValueCache, logits: Tensor) -> Tensor:
        """Sample the next token of each active row; returns those of rows that continue."""
        num_active = cache.num_active
        prompt_of = self._prompt_of[:num_active]
        uniforms = None
        if self._temperature > 0:
            ages = self._step - self._first_steps[:num_active]
            max_age = self._step - self._oldest_first_step
            uniforms = self._random.numbers_at(ages, prompt_of, max_age)
        token_ids, log_probs = sample_tokens(logits, self._temperature, uniforms)
        self._history.append((prompt_of, token_ids, log_probs))
        is_done = self._is_end.index_select(0, token_ids)
        if self._matchers:
            is_done = is_done | self._match_stop_strings(prompt_of, token_ids)
        if self._step in self._last_step_set:
            is_done = is_done | (self._last_steps[:num_active] == self._step)
        if is_done.any():
            token_ids = self._finish_rows(cache, is_done.tolist(), token_ids)
        return token_ids

    def sequences(self) -> list[GeneratedSequence]:
        """Return the completions, in the order of the prompts."""
        prompt_of, token_ids, log_probs = (
            torch.cat(part).cpu() for part in zip(*self._history, strict=True)
        )
        # A stable sort by prompt keeps the tokens of each prompt in the order of the steps.
        by_prompt = prompt_of.argsort(stable=True)
        tokens, logs = token_ids[by_prompt].tolist(), log_probs[by_prompt].tolist()
        ends = list(accumulate(self._counts))
        return [
            GeneratedSequence(
                tuple(tokens[end - count : end]), tuple(logs[end - count : end]), stop
            )
            for end, count, stop in zip(ends, self._counts, self._stops, strict=True)
        ]

    def _match_stop_strings(self, prompt_of: Tensor, token_ids: Tensor) -> Tensor:
        indices = prompt_of.tolist()
        matches = [
            self._matchers[index].add(token)
            for index, token in zip(indices, token_ids.tolist(), strict=True)
        ]
        for index, is_match in zip(indices, matches, strict=True):
            if is_match:
                self._stops[index] = StopReason.STOP_STRING
        return torch.tensor(matches, device=token_ids.device)

    def _finish_rows(self, cache: KeyValueCache, is_done: list[bool], token_ids: Tensor) -> Tensor:
        """Move finished rows after the active ones; returns the tokens of the active rows."""
        prompt_of = self._prompt_of.tolist()
        is_end = self._is_end[token_ids].tolist()
        for row, done in enumerate(is_done):
            if done:
                index = prompt_of[row]
                self._counts[index] = self._step - self._first_step_of[index]
                if is_end[row]:
                    self._stops[index] = StopReason.END
        num_left = is_done.count(False)
        # Each finished row among the first `num_left` swaps with an active row after them.
        finished = [row for row in range(num_left) if is_done[row]]
        if finished:
            active = [row for row in range(num_left, len(is_done)) if not is_done[row]]
            some = torch.tensor(finished, device=token_ids.device)
            others = torch.tensor(active, device=token_ids.device)
            cache.swap_rows(some, others)
            to, of = torch.cat((some, others)), torch.cat((others, some))
            # Not in place, since the history holds views of the old tensors.
            self._prompt_of, self._first_steps, self._last_steps, token_ids = (
                tensor.index_copy(0, to, tensor[of])
                for tensor in (self._prompt_of, self._first_steps, self._last_steps, token_ids)
            )
        cache.num_active = num_left
        self._update_oldest(num_left)
        return token_ids[:num_left]

    def _update_oldest(self, num_active: int) -> None:
        active = self._prompt_of[:num_active].tolist()
        self._oldest_first_step = min(
            (self._first_step_of[index] for index in active), default=self._step
        )
