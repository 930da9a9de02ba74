"""How a language model samples the next message."""

import math
from dataclasses import dataclass

from rethink_gym.errors import argument_error, check_count

__all__ = ["SamplingConfig"]


@dataclass(frozen=True, kw_only=True)
class SamplingConfig:
    """How a language model samples the next message.

    There is neither top-k nor top-p: tokens are sampled from the same distribution whose
    log-probabilities a learner trains.

    Attributes:
        max_new_tokens: Maximum number of tokens of one message, end token included.
        temperature: Softmax temperature; 0 decodes greedily.
        stop_strings: Texts that end the message as soon as it contains one of them.

    Raises:
        ArgumentError: If ``max_new_tokens`` is not a whole number of at least 1,
            ``temperature`` is not a finite number of at least 0, or ``stop_strings`` is
            not a tuple of texts that are not empty.
    """

    max_new_tokens: int = 256
    temperature: float = 1.0
    stop_strings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_count("max_new_tokens", self.max_new_tokens)
        if isinstance(self.temperature, bool) or not isinstance(self.temperature, int | float):
            raise argument_error("temperature", "a number of at least 0", self.temperature)
        if not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise argument_error("temperature", "a finite number of at least 0", self.temperature)
        if not isinstance(self.stop_strings, tuple) or not all(
            isinstance(stop, str) and stop for stop in self.stop_strings
        ):
            raise argument_error(
                "stop_strings",
                'a tuple of texts that are not empty, such as ("###",)',
                self.stop_strings,
            )
