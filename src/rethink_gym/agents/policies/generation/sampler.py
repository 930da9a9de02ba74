"""Sample tokens from logits, with their log-probabilities and per-row random numbers."""

import torch
from torch import Tensor

__all__ = ["RowRandom", "sample_tokens"]


def sample_tokens(
    logits: Tensor, temperature: float, uniforms: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Sample one token per row by inverting the cumulative distribution.

    Args:
        logits: Logits of any float type, shape ``(rows, vocabulary)``.
        temperature: Softmax temperature; 0 decodes greedily.
        uniforms: One random number in [0, 1) per row, shape ``(rows,)``; None (and not
            used) at temperature 0.

    Returns:
        The token ids and their natural-log probabilities in float32, each of shape
        ``(rows,)``. The probabilities are those of the sampled distribution; at
        temperature 0 they are those of the logits themselves.
    """
    logits = logits.float()
    if temperature == 0 or uniforms is None:
        best, tokens = logits.max(dim=-1)
        return tokens, best - logits.logsumexp(dim=-1)
    if temperature != 1:
        logits = logits / temperature
    log_probs = logits.log_softmax(dim=-1)
    # The first token whose cumulative probability exceeds the random number. A token of
    # probability zero never does: its cumulative probability is that of the token before.
    cumulative = log_probs.exp().cumsum(dim=-1)
    thresholds = uniforms[:, None] * cumulative[:, -1:]
    tokens = torch.searchsorted(cumulative, thresholds, right=True)
    tokens = tokens.clamp_(max=logits.shape[-1] - 1)
    return tokens[:, 0], log_probs.gather(-1, tokens)[:, 0]


_FIRST_CAPACITY = 64
"""Number of tokens for which the table of random numbers has memory at first."""


class RowRandom:
    """Random numbers in [0, 1), one for each prompt and each token of its completion.

    The numbers for the n-th tokens of all prompts are generated together, when the first
    row reaches its n-th token. So the numbers of a prompt depend neither on when other
    rows end nor on how many rows are decoded side by side.

    Args:
        num_prompts: Number of prompts.
        random: Random generator.
        device: Device on which the numbers are needed.
    """

    def __init__(self, num_prompts: int, random: torch.Generator, device: torch.device) -> None:
        self._random = random
        self._num_prompts = num_prompts
        self._num_generated = 0
        self._table = torch.zeros((0, num_prompts), device=device)

    def numbers_at(self, ages: Tensor, prompts: Tensor, max_age: int) -> Tensor:
        """Return the random numbers of some rows.

        Args:
            ages: Number of tokens that each row has so far, shape ``(rows,)``.
            prompts: Index of the prompt of each row, same shape.
            max_age: Largest of the ages.

        Returns:
            Random numbers of the same shape, float32.
        """
        while self._num_generated <= max_age:
            if self._num_generated == len(self._table):
                num_more = max(_FIRST_CAPACITY, len(self._table))
                more = self._table.new_zeros((num_more, self._num_prompts))
                self._table = torch.cat((self._table, more))
            row = torch.rand(self._num_prompts, generator=self._random, device=self._random.device)
            self._table[self._num_generated] = row.to(self._table.device)
            self._num_generated += 1
        return self._table.flatten().index_select(0, ages * self._num_prompts + prompts)
