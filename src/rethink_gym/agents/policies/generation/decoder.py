"""What a decoder does: compute the logits of the tokens that come next."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from rethink_gym.agents.policies.generation.cache import KeyValueCache

__all__ = ["Block", "Decoder"]


@dataclass(frozen=True, slots=True)
class Block:
    """New tokens of every active row of a cache, already given columns there.

    Attributes:
        token_ids: Shape ``(rows, columns)``, padded on the left; they stand in the
            cache's last columns.
        is_new: Which of them are no padding, same shape; None if all are. Under a
            padding token, the cache may hold an earlier token of its row.
    """

    token_ids: Tensor
    is_new: Tensor | None


class Decoder(Protocol):
    """Computes the logits of next tokens; keys and values go into a cache."""

    def decode(self, block: Block, cache: KeyValueCache) -> Tensor:
        """Read new tokens.

        Args:
            block: The tokens.
            cache: Holds what each row said before them; the columns of the block
                are in use already, and their keys and values are written here.

        Returns:
            The logits of the token behind each row, shape ``(rows, vocabulary)``.
        """
        ...
