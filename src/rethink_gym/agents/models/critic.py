"""The critic: what a token's beginning is expected to earn."""

import copy

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from rethink_gym.agents.policies.language_model import eval_mode

__all__ = ["Critic"]


class Critic(nn.Module):
    """A linear head over hidden states, those of the policy or of a network of its own.

    The head begins at zero, so that at first nothing is expected of anything. The value
    of a token is read where its logits are: it knows what stands before the token and
    not the token itself.

    Args:
        model: The policy's model.
        is_separate: Whether the hidden states are those of an own copy of the model
            without its output layer; else they are the policy's, which then learns for
            the critic too.

    References:
        Huang et al., "The N+ Implementation Details of RLHF with PPO", 2024
        (arXiv:2403.17031).
    """

    def __init__(self, model: PreTrainedModel, *, is_separate: bool = False) -> None:
        super().__init__()
        self.trunk: nn.Module | None = copy.deepcopy(model.base_model) if is_separate else None
        width = int(model.config.get_text_config().hidden_size)
        self.head = nn.Linear(width, 1, device=model.device, dtype=torch.float32)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, hidden: Tensor, token_ids: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """Return the values at some places of a batch.

        Args:
            hidden: The policy's last hidden states there, shape ``(places, width)``.
            token_ids: The batch, padded on the right, shape ``(rows, tokens)``.
            rows: The row of each place, shape ``(places,)``.
            columns: Its column, same shape.

        Returns:
            Expected returns, float32, shape ``(places,)``.
        """
        if self.trunk is not None:
            with eval_mode(self.trunk):
                states = self.trunk(input_ids=token_ids, use_cache=False).last_hidden_state
            hidden = states[rows, columns]
        values: Tensor = self.head(hidden.float())
        return values[:, 0]
