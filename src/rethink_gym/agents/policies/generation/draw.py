"""Draws tokens from logits, with the log-probabilities they were drawn by."""

import torch
from torch import Tensor

__all__ = ["draw_tokens"]


def draw_tokens(
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
