"""Draws tokens from logits, with the log-probabilities they were drawn by."""

import torch
from torch import Tensor

__all__ = ["RowRandom", "sample_tokens"]


def sample_tokens(
    logits: Tensor, temperature: float, uniforms: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Draw one token per row.

    Args:
        logits: Of any float type, shape ``(rows, vocabulary)``.
        temperature: Divides the logits; 0 takes the likeliest token.
        uniforms: One number in [0, 1) per row, the only source of chance; None (and
            not used) at temperature 0.

    Returns:
        The token ids, and their natural-log probabilities in float32 under the
        distribution drawn from (at temperature 0: under the undivided logits), each
        of shape ``(rows,)``.
    """
    logits = logits.float()
    if temperature == 0 or uniforms is None:
        best, tokens = logits.max(dim=-1)
        return tokens, best - logits.logsumexp(dim=-1)
    if temperature != 1:
        logits = logits / temperature
    log_probs = logits.log_softmax(dim=-1)
    # The first token whose cumulated probability exceeds the number; one of
    # probability zero never is.
    cumulated = log_probs.exp().cumsum(dim=-1)
    thresholds = uniforms[:, None] * cumulated[:, -1:]
    tokens = torch.searchsorted(cumulated, thresholds, right=True)
    tokens = tokens.clamp_(max=logits.shape[-1] - 1)
    return tokens[:, 0], log_probs.gather(-1, tokens)[:, 0]


_FIRST_ROWS = 64


class RowRandom:
    """Numbers in [0, 1) by prompt and by how many tokens were drawn for it before.

    Numbers of one place are drawn together for all prompts, when the first of them gets
    there. So what a prompt draws depends neither on when its neighbours end nor on
    how many of them are decoded side by side.

    Args:
        num_prompts: How many prompts there are.
        random: Where the numbers come from.
        device: Where they are needed.
    """

    def __init__(self, num_prompts: int, random: torch.Generator, device: torch.device) -> None:
        self._random = random
        self._num_prompts = num_prompts
        self._num_drawn = 0
        self._table = torch.zeros((0, num_prompts), device=device)

    def at(self, ages: Tensor, places: Tensor, oldest: int) -> Tensor:
        """Return some numbers.

        Args:
            ages: How many tokens were drawn before, shape ``(rows,)``.
            places: Which prompt, same shape.
            oldest: The largest of the ages.

        Returns:
            Same shape, float32.
        """
        while self._num_drawn <= oldest:
            if self._num_drawn == len(self._table):
                num_more = max(_FIRST_ROWS, len(self._table))
                more = self._table.new_zeros((num_more, self._num_prompts))
                self._table = torch.cat((self._table, more))
            row = torch.rand(self._num_prompts, generator=self._random, device=self._random.device)
            self._table[self._num_drawn] = row.to(self._table.device)
            self._num_drawn += 1
        return self._table.flatten().index_select(0, ages * self._num_prompts + places)
