"""What is done to two whole numbers, ``it`` and ``that``."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.number import CHANGES, TESTS

__all__ = ["COMBINING", "RANGING"]

RANGING = (
    phrase(
        "List the whole numbers from `it` to `that`, both included, that pass this test: the "
        "number @p; the list is empty if `it` is greater than `that`.",
        "[x for x in range(it, that + 1) if @p]",
        "numbers",
        p=TESTS,
    ),
    phrase(
        "List the whole numbers from `it` to `that`, both included (an empty list if `it` is "
        "greater than `that`); then take each number and @m.",
        "[@m for x in range(it, that + 1)]",
        "numbers",
        m=CHANGES,
    ),
    phrase(
        "List the numbers `it`, `it` + @k, `it` + 2 * @k and so on, as long as they are not "
        "greater than `that`.",
        "list(range(it, that + 1, @k))",
        "numbers",
        k=range(2, 8),
    ),
)
"""With two numbers, ``it`` and ``that``."""

COMBINING = (
    phrase(
        "Compute @a times `it` plus @b times `that`.",
        "@a * it + @b * that",
        "number",
        a=range(2, 10),
        b=range(2, 10),
    ),
    phrase(
        "Compute @a times `it` minus @b times `that`.",
        "@a * it - @b * that",
        "number",
        a=range(2, 10),
        b=range(2, 10),
    ),
    phrase("Compute `it` times `that` plus @b.", "it * that + @b", "number", b=range(1, 31)),
    phrase(
        "If `it` is greater than `that`, compute `it` minus `that`; otherwise, compute `it` plus "
        "@k times `that`.",
        "it - that if it > that else it + @k * that",
        "number",
        k=range(2, 10),
    ),
    phrase(
        "Take the larger one of `it` and `that` and subtract @k times the smaller one from it.",
        "max(it, that) - @k * min(it, that)",
        "number",
        k=range(2, 10),
    ),
    phrase(
        "Take the distance between `it` and `that` (never negative), but at most @k.",
        "min(abs(it - that), @k)",
        "number",
        k=range(5, 40),
    ),
    phrase(
        "Take the remainder of `it` plus @a times `that` when divided by @k (as `%` computes it).",
        "(it + @a * that) % @k",
        "number",
        a=range(2, 8),
        k=range(5, 14),
    ),
    phrase(
        "Compute the square of `it` minus @k times the square of `that`.",
        "it * it - @k * that * that",
        "number",
        k=range(2, 8),
    ),
    phrase(
        "If `it` and `that` are both even or both odd, compute their sum; otherwise, compute `it` "
        "minus `that` and add @k.",
        "it + that if it % 2 == that % 2 else it - that + @k",
        "number",
        k=range(1, 21),
    ),
    phrase(
        "Count the whole numbers from `it` to `that`, both included, that are divisible by @k (0 "
        "if `it` is greater than `that`).",
        "sum(1 for i in range(it, that + 1) if i % @k == 0)",
        "number",
        k=range(2, 8),
    ),
)
"""With two numbers, ``it`` and ``that``."""
