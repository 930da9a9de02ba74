"""A linear layer from a hidden state to one number: a value, or a logit of success."""

import torch
from torch import nn
from transformers import PreTrainedModel

__all__ = ["make_scalar_head"]


def make_scalar_head(model: PreTrainedModel) -> nn.Linear:
    """Build the head that critic and outcome reward model share.

    It starts at zero: a critic that expects nothing, a reward model that says one half.

    Args:
        model: The network whose last hidden states it reads.

    Returns:
        A layer from the width of the model to 1, float32, on the device of the model.

    References:
        Huang et al., "The N+ Implementation Details of RLHF with PPO", 2024
        (arXiv:2403.17031).
    """
    width = int(model.config.get_text_config().hidden_size)
    head = nn.Linear(width, 1, device=model.device, dtype=torch.float32)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    return head
