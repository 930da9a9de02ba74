"""The space of texts: all Unicode strings up to a length."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from gymnasium.spaces import Space, Tuple
from gymnasium.spaces.utils import is_space_dtype_shape_equiv
from gymnasium.vector.utils import batch_differing_spaces

from rethink_gym.errors import argument_error, check_count

__all__ = ["FreeText"]

_NUM_SURROGATES = 0x800
_FIRST_SURROGATE = 0xD800
_NUM_CODE_POINTS = 0x110000
_PRINTABLE_ASCII = (0x20, 0x7F)


class FreeText(Space[str]):
    """All texts of at most ``max_chars`` characters, the empty text included.

    Unlike `gymnasium.spaces.Text` it has no set of allowed characters. It is not a
    subclass of ``Text``: Gymnasium's `AsyncVectorEnv` keeps texts of a ``Text`` space in
    shared memory, and then returns the same meaningless text at every step. For this space
    it reports that ``shared_memory=False`` is needed. Several of these spaces are batched
    to a `Tuple` of them.

    Args:
        max_chars: Maximum number of characters (Unicode code points) of a text.
        seed: Seed of `sample`.

    Raises:
        ArgumentError: If ``max_chars`` is not a whole number of at least 1.

    Examples:
        >>> from rethink_gym.envs import FreeText
        >>> space = FreeText(4)
        >>> "42 €" in space, "" in space, "12345" in space
        (True, True, False)
        >>> len(FreeText(100, seed=0).sample()) <= 100
        True
    """

    def __init__(self, max_chars: int, seed: int | np.random.Generator | None = None) -> None:
        self.max_chars = check_count("max_chars", max_chars)
        super().__init__(dtype=str, seed=seed)

    @property
    def is_np_flattenable(self) -> bool:
        """Whether the space can be flattened to a ``Box``; always False."""
        return False

    def sample(self, mask: Any | None = None, probability: Any | None = None) -> str:
        """Draw a text.

        The lengths of the texts are distributed evenly over the orders of magnitude. Half
        of the texts are printable ASCII, the others consist of any code points that UTF-8
        can encode.

        Args:
            mask: Must be None, since this space has no masks.
            probability: Must be None, for the same reason.

        Returns:
            A text of the space.

        Raises:
            ArgumentError: If a mask or probability is given.
        """
        if mask is not None or probability is not None:
            raise argument_error(
                "mask and probability", "None for a space of texts", (mask, probability)
            )
        random = self.np_random
        num_chars = min(int((self.max_chars + 1) ** random.random()) - 1, self.max_chars)
        if random.random() < 0.5:
            codes = random.integers(*_PRINTABLE_ASCII, num_chars)
        else:
            codes = random.integers(0, _NUM_CODE_POINTS - _NUM_SURROGATES, num_chars)
            codes[codes >= _FIRST_SURROGATE] += _NUM_SURROGATES
        return "".join(map(chr, codes))

    def contains(self, x: Any) -> bool:
        """Return whether ``x`` is a text of at most ``max_chars`` characters."""
        return isinstance(x, str) and len(x) <= self.max_chars

    def to_jsonable(self, sample_n: Iterable[str]) -> list[str]:
        """Return texts of the space as plain JSON data."""
        return list(map(str, sample_n))

    def from_jsonable(self, sample_n: Sequence[str]) -> list[str]:
        """Return the texts that `to_jsonable` was given."""
        return list(sample_n)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FreeText) and self.max_chars == other.max_chars

    def __hash__(self) -> int:
        return hash((FreeText, self.max_chars))

    def __repr__(self) -> str:
        return f"FreeText({self.max_chars})"


def _batch_differing(spaces: Sequence[FreeText]) -> "Tuple[Any]":  # generic from Gymnasium 1.3 on
    return Tuple([deepcopy(space) for space in spaces], seed=deepcopy(spaces[0].np_random))


def _is_equivalent(space: FreeText, other: object) -> bool:
    return isinstance(other, FreeText)


# Gymnasium's vector environments need these for sub-environments with different max_chars.
batch_differing_spaces.register(FreeText, _batch_differing)
is_space_dtype_shape_equiv.register(FreeText, _is_equivalent)
