"""Detect stop strings in a partially generated message."""

from collections.abc import Callable, Sequence

__all__ = ["StopStringMatcher"]


class StopStringMatcher:
    """Detects stop strings in one message, token by token.

    Args:
        strings: Stop strings, none of them empty.
        decode: Function from token ids to their text.
    """

    def __init__(self, strings: Sequence[str], decode: Callable[[Sequence[int]], str]) -> None:
        self._strings = strings
        self._decode = decode
        # A visible token has at least one byte, so a stop string that was just completed
        # started at most this many tokens ago. A few more are decoded, since some
        # tokenizers treat the first token of a sequence differently.
        self._max_window = max(len(string.encode()) for string in strings) + 4
        self._window: list[int] = []

    def add(self, token_id: int) -> bool:
        """Add a token; returns whether it completes a stop string."""
        if not self._decode([token_id]):
            return False
        self._window.append(token_id)
        del self._window[: -self._max_window]
        text = self._decode(self._window)
        return any(string in text for string in self._strings)
