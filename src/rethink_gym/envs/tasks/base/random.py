"""The random number generator of generated tasks.

Its random bytes are hashes of a seed, so that making a generator takes half a microsecond; seeding
a `random.Random` takes several.
"""

from collections.abc import Sequence
from hashlib import blake2b
from struct import unpack_from
from typing import TypeVar

from rethink_gym.errors import argument_error

__all__ = ["TaskRNG"]

Item = TypeVar("Item")

_BLOCK = 64
"""Number of bytes of one hash."""

_LIMITS = (0, *(256 - 256 % bound for bound in range(1, 257)))
"""By bound: bytes below this limit give each remainder equally often."""


class TaskRNG:
    """A random number generator whose draws depend on its seed alone.

    The methods have the names of `random.Random` and `numpy.random.Generator`. Every draw is
    exactly uniform: a number below a bound is the remainder of one byte, or of several where
    the bound is above 256. Bytes that would favour some remainders are rejected.

    >>> rng = TaskRNG("my task/train/7")
    >>> rng.randint(1, 6), rng.choice("abc"), rng.sample(range(100), 3)
    (3, 'a', [93, 17, 71])
    >>> TaskRNG("my task/train/7").randint(1, 6)  # equal seeds give equal draws
    3

    Args:
        seed: Any text; different texts give independent draws.

    References:
        Saarinen and Aumasson, "The BLAKE2 Cryptographic Hash and Message Authentication
        Code", 2015 (RFC 7693). The bytes are the hash of the seed, then the hash of the seed
        and one zero byte, then of the seed and two zero bytes, and so on. `integers` starts
        a new hash if the current one has too few bytes left for all its numbers.
    """

    __slots__ = ("_block", "_position", "_state")

    def __init__(self, seed: str) -> None:
        self._state = blake2b(seed.encode())
        self._block = self._state.digest()
        self._position = 0

    def randbelow(self, bound: int) -> int:
        """Draw an integer from 0 to ``bound - 1``.

        Raises:
            ArgumentError: If ``bound`` is less than 1.
        """
        position = self._position
        if 0 < bound <= 256 and position < _BLOCK:
            self._position = position + 1
            byte = self._block[position]
            if byte < _LIMITS[bound]:
                return byte % bound
        return self._randbelow(bound)

    def randint(self, low: int, high: int) -> int:
        """Draw an integer from ``low`` to ``high``, both included.

        Raises:
            ArgumentError: If ``high`` is less than ``low``.
        """
        bound = high - low + 1
        position = self._position
        if 0 < bound <= 256 and position < _BLOCK:
            self._position = position + 1
            byte = self._block[position]
            if byte < _LIMITS[bound]:
                return low + byte % bound
        if bound < 1:
            raise argument_error("high", f"at least low ({low})", high)
        return low + self._randbelow(bound)

    def randint_nonzero(self, max_abs: int) -> int:
        """Draw an integer from ``-max_abs`` to ``max_abs`` other than 0.

        Raises:
            ArgumentError: If ``max_abs`` is less than 1.
        """
        if max_abs < 1:
            raise argument_error("max_abs", "at least 1", max_abs)
        number = self.randbelow(2 * max_abs) - max_abs
        return number if number < 0 else number + 1

    def integers(self, bound: int, *, size: int) -> list[int]:
        """Draw several integers from 0 to ``bound - 1``, faster than one by one.

        The numbers may differ from those of ``size`` calls of `randbelow`.

        Args:
            bound: One more than the largest number, at least 1.
            size: How many numbers to draw.

        Raises:
            ArgumentError: If ``bound`` is less than 1.
        """
        position = self._position
        end = position + size
        if 0 < bound <= 256 and end <= _BLOCK:
            self._position = end
            remainders, rejected = _REMAINDERS[bound]
            numbers = list(self._block[position:end].translate(remainders, rejected))
        elif 256 < bound <= 65_536 and position + 2 * size <= _BLOCK:
            self._position = position + 2 * size
            words = unpack_from(f"<{size}H", self._block, position)
            limit = 65_536 - 65_536 % bound
            numbers = [word % bound for word in words if word < limit]
        elif 0 < bound <= 65_536 and size <= _BLOCK // 2:
            self._refill()
            return self.integers(bound, size=size)
        else:
            return [self.randbelow(bound) for _ in range(size)]
        num_rejected = size - len(numbers)
        return numbers + self.integers(bound, size=num_rejected) if num_rejected else numbers

    def letters(self, alphabet: str, *, size: int) -> str:
        """Draw several letters as one text.

        The result is ``"".join(alphabet[i] for i in rng.integers(len(alphabet), size=size))``,
        computed faster.

        Args:
            alphabet: The ASCII letters to draw from.
            size: How many letters to draw.

        Raises:
            ArgumentError: If ``alphabet`` is empty.
            UnicodeEncodeError: If ``alphabet`` holds a letter outside ASCII.
        """
        position = self._position
        end = position + size
        if end <= _BLOCK and alphabet:
            letters, rejected = _LETTERS[alphabet]
            text = self._block[position:end].translate(letters, rejected)
            if len(text) == size:
                self._position = end
                return text.decode()
        return "".join(map(alphabet.__getitem__, self.integers(len(alphabet), size=size)))

    def choice(self, items: Sequence[Item]) -> Item:
        """Draw one item.

        Raises:
            ArgumentError: If ``items`` is empty.
        """
        bound = len(items)
        position = self._position
        if 0 < bound <= 256 and position < _BLOCK:
            self._position = position + 1
            byte = self._block[position]
            if byte < _LIMITS[bound]:
                return items[byte % bound]
        if not bound:
            raise argument_error("items", "a non-empty sequence", items)
        return items[self._randbelow(bound)]

    def sample(self, items: Sequence[Item], k: int) -> list[Item]:
        """Draw ``k`` items without replacement, in random order.

        Raises:
            ArgumentError: If ``k`` is negative or larger than the number of items.
        """
        size = len(items)
        if not 0 <= k <= size:
            raise argument_error("k", f"from 0 to {size}, the number of items", k)
        # Fisher-Yates from the end: each drawn item is replaced by the last one that is left.
        # Only the replaced indices are kept, so a small sample of many items is fast.
        replaced: dict[int, int] = {}
        chosen = []
        for last in range(size - 1, size - 1 - k, -1):
            index = self.randbelow(last + 1)
            chosen.append(items[replaced.get(index, index)])
            replaced[index] = replaced.get(last, last)
        return chosen

    def permutation(self, items: Sequence[Item]) -> list[Item]:
        """Return the items in random order."""
        return self.sample(items, len(items))

    def random(self) -> float:
        """Draw a float in [0, 1), a multiple of 2**-53."""
        return self.randbelow(1 << 53) * 2.0**-53

    def _randbelow(self, bound: int) -> int:
        """Draw as `randbelow` does, from as many bytes as the bound needs."""
        if bound < 1:
            raise argument_error("bound", "at least 1", bound)
        number, limit = 0, 1
        while limit < bound:
            if self._position == _BLOCK:
                self._refill()
            number, limit = number << 8 | self._block[self._position], limit << 8
            self._position += 1
        return number % bound if number < limit - limit % bound else self._randbelow(bound)

    def _refill(self) -> None:
        self._state.update(b"\0")
        self._block, self._position = self._state.digest(), 0


class _Remainders(dict[int, tuple[bytes, bytes]]):
    """By bound: the remainder of each byte, and the bytes that are rejected."""

    def __missing__(self, bound: int) -> tuple[bytes, bytes]:
        remainders = bytes(byte % bound for byte in range(256))
        self[bound] = tables = remainders, bytes(range(_LIMITS[bound], 256))
        return tables


_REMAINDERS = _Remainders()


class _Letters(dict[str, tuple[bytes, bytes]]):
    """By alphabet: the letter of each byte, and the bytes that are rejected."""

    def __missing__(self, alphabet: str) -> tuple[bytes, bytes]:
        remainders, rejected = _REMAINDERS[len(alphabet)]
        letters = alphabet.encode("ascii")
        self[alphabet] = tables = bytes(letters[each] for each in remainders), rejected
        return tables


_LETTERS = _Letters()
