"""The source of chance that tasks draw from: endless bytes that follow from a text.

They are those of a hash, so that a source costs half a microsecond to make; to seed a
`random.Random` takes several.
"""

from collections.abc import Sequence
from hashlib import blake2b
from struct import unpack_from
from typing import TypeVar

from rethink_gym.errors import argument_error

__all__ = ["Chance"]

Item = TypeVar("Item")

_BLOCK = 64
"""How many bytes a hash has."""

_LIMITS = (0, *(256 - 256 % bound for bound in range(1, 257)))
"""By bound: the bytes below this leave each remainder equally often."""


class Chance:
    """Numbers and things drawn at random, always the same ones for the same seed.

    All are equally likely, exactly: a number below ``bound`` is the remainder of one byte,
    or of as many as are needed, and those that would favour some remainders are refused.

    Args:
        seed: Any text; another text gives other numbers.

    References:
        Saarinen and Aumasson, "The BLAKE2 Cryptographic Hash and Message Authentication
        Code", 2015 (RFC 7693). The bytes are the hash of the seed, then that of the seed
        and a zero byte, then that of the seed and two; `numbers` goes to the next hash
        rather than take its numbers from two.
    """

    __slots__ = ("_at", "_block", "_state")

    def __init__(self, seed: str) -> None:
        self._state = blake2b(seed.encode())
        self._block = self._state.digest()
        self._at = 0

    def below(self, bound: int) -> int:
        """Draw a whole number from 0 to ``bound - 1``.

        Raises:
            ArgumentError: If there is no such number.
        """
        at = self._at
        if 0 < bound <= 256 and at < _BLOCK:
            self._at = at + 1
            byte = self._block[at]
            if byte < _LIMITS[bound]:
                return byte % bound
        return self._below(bound)

    def between(self, low: int, high: int) -> int:
        """Draw a whole number from ``low`` to ``high``, both included.

        Raises:
            ArgumentError: If there is no such number.
        """
        bound = high - low + 1
        at = self._at
        if 0 < bound <= 256 and at < _BLOCK:
            self._at = at + 1
            byte = self._block[at]
            if byte < _LIMITS[bound]:
                return low + byte % bound
        return low + self._below(bound)

    def signed(self, size: int) -> int:
        """Draw a whole number from ``-size`` to ``size`` that is not zero.

        Raises:
            ArgumentError: If there is no such number.
        """
        number = self.below(2 * size) - size
        return number if number < 0 else number + 1

    def numbers(self, bound: int, count: int) -> list[int]:
        """Draw several whole numbers from 0 to ``bound - 1``; this is the fastest way.

        Args:
            bound: One more than the largest number, at least 1.
            count: How many numbers to draw.

        Raises:
            ArgumentError: If there is no such number.
        """
        at = self._at
        end = at + count
        if 0 < bound <= 256 and end <= _BLOCK:
            self._at = end
            remainders, refused = _REMAINDERS[bound]
            drawn = list(self._block[at:end].translate(remainders, refused))
        elif 256 < bound <= 65_536 and at + 2 * count <= _BLOCK:
            self._at = at + 2 * count
            words = unpack_from(f"<{count}H", self._block, at)
            limit = 65_536 - 65_536 % bound
            drawn = [word % bound for word in words if word < limit]
        elif 0 < bound <= 65_536 and count <= _BLOCK // 2:
            self._refill()
            return self.numbers(bound, count)
        else:
            return [self.below(bound) for _ in range(count)]
        return drawn if len(drawn) == count else drawn + self.numbers(bound, count - len(drawn))

    def letters(self, alphabet: str, count: int) -> str:
        """Draw several letters: those whose places `numbers` would draw, in less time.

        Args:
            alphabet: The letters to draw from, all of them ASCII.
            count: How many to draw.

        Raises:
            ArgumentError: If there are none to draw from.
            UnicodeEncodeError: If one of them is not ASCII.
        """
        at = self._at
        end = at + count
        if end <= _BLOCK and alphabet:
            letters, refused = _LETTERS[alphabet]
            drawn = self._block[at:end].translate(letters, refused)
            if len(drawn) == count:
                self._at = end
                return drawn.decode()
        return "".join(map(alphabet.__getitem__, self.numbers(len(alphabet), count)))

    def one_of(self, items: Sequence[Item]) -> Item:
        """Draw one of several things.

        Raises:
            ArgumentError: If there is none.
        """
        bound = len(items)
        at = self._at
        if 0 < bound <= 256 and at < _BLOCK:
            self._at = at + 1
            byte = self._block[at]
            if byte < _LIMITS[bound]:
                return items[byte % bound]
        return items[self._below(bound)]

    def sample(self, items: Sequence[Item], count: int) -> list[Item]:
        """Draw several things, none from the same place twice, in any order.

        Raises:
            ArgumentError: If there are fewer things than that.
        """
        size = len(items)
        if not 0 <= count <= size:
            raise argument_error("count", f"from 0 to {size}, the number of items", count)
        moved: dict[int, int] = {}  # what a list would hold whose last item fills each gap
        drawn = []
        for last in range(size - 1, size - 1 - count, -1):
            place = self.below(last + 1)
            drawn.append(items[moved.get(place, place)])
            moved[place] = moved.get(last, last)
        return drawn

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return things in any order."""
        return self.sample(items, len(items))

    def real(self) -> float:
        """Draw a number from 0 to 1, without 1: one of 2**53 that are equally far apart."""
        return self.below(1 << 53) * 2.0**-53

    def happens(self, rate: float) -> bool:
        """Draw True with a probability, else False.

        Args:
            rate: The probability, from 0 to 1.
        """
        return self.real() < rate

    def _below(self, bound: int) -> int:
        """Do what `below` does, by as many bytes as are needed."""
        if bound < 1:
            raise argument_error("bound", "such that there is something to draw", bound)
        number, room = 0, 1
        while room < bound:
            if self._at == _BLOCK:
                self._refill()
            number, room = number << 8 | self._block[self._at], room << 8
            self._at += 1
        return number % bound if number < room - room % bound else self._below(bound)

    def _refill(self) -> None:
        self._state.update(b"\0")
        self._block, self._at = self._state.digest(), 0


class _Remainders(dict[int, tuple[bytes, bytes]]):
    """By bound: the remainder of each byte, and the bytes that are refused."""

    def __missing__(self, bound: int) -> tuple[bytes, bytes]:
        remainders = bytes(byte % bound for byte in range(256))
        self[bound] = tables = remainders, bytes(range(_LIMITS[bound], 256))
        return tables


_REMAINDERS = _Remainders()


class _Letters(dict[str, tuple[bytes, bytes]]):
    """By alphabet: the letter of each byte, and the bytes that are refused."""

    def __missing__(self, alphabet: str) -> tuple[bytes, bytes]:
        remainders, refused = _REMAINDERS[len(alphabet)]
        letters = alphabet.encode("ascii")
        self[alphabet] = tables = bytes(letters[each] for each in remainders), refused
        return tables


_LETTERS = _Letters()
