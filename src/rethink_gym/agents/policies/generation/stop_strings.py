"""Finds stop strings in a message while it is being said."""

from collections.abc import Callable, Sequence

__all__ = ["StopStringMatcher"]


class StopStringMatcher:
    """Watches one message for stop strings.

    Args:
        strings: What to look for; not empty texts.
        decode: From token ids to their text.
    """

    def __init__(self, strings: Sequence[str], decode: Callable[[Sequence[int]], str]) -> None:
        self._strings = strings
        self._decode = decode
        # A token that shows says at least one byte, so a stop string that was just
        # completed began at most this many tokens ago; a few more, since some
        # tokenizers treat the first token they decode differently.
        self._num_tokens = max(len(string.encode()) for string in strings) + 4
        self._shown: list[int] = []

    def sees(self, token_id: int) -> bool:
        """Add a token; returns whether the message now holds a stop string."""
        if not self._decode([token_id]):
            return False
        self._shown.append(token_id)
        del self._shown[: -self._num_tokens]
        text = self._decode(self._shown)
        return any(string in text for string in self._strings)
