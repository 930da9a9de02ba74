"""What a whole number ``x`` is the beginning of: its divisors, rules done over and over."""

from rethink_gym.envs.tasks.program.phrase import phrase
from rethink_gym.envs.tasks.program.phrases.number import SMALL_CHANGES, TESTS

__all__ = ["DIVISORS", "REPEATING"]

DIVISORS = (
    phrase(
        "List all positive whole numbers that divide the number without a remainder, from "
        "smallest to largest (an empty list for 0).",
        "[d for d in range(1, x + 1) if x % d == 0]",
        "numbers",
    ),
    phrase(
        "List the prime numbers up to the number itself, from smallest to largest.",
        "[d for d in range(2, x + 1) if all(d % e for e in range(2, d))]",
        "numbers",
    ),
    phrase(
        "List the whole numbers from 1 to the number that share no divisor with it except 1 (an "
        "empty list for 0).",
        "[d for d in range(1, x + 1) if math.gcd(d, x) == 1]",
        "numbers",
    ),
    phrase(
        "List the whole numbers from 1 to the number that are divisible by @a or by @b (or by "
        "both), from smallest to largest.",
        "[d for d in range(1, x + 1) if d % @a == 0 or d % @b == 0]",
        "numbers",
        a=(2, 3),
        b=(5, 7),
    ),
    phrase(
        "List the square numbers 1, 4, 9 and so on that are not greater than the number.",
        "[d * d for d in range(1, x + 1) if d * d <= x]",
        "numbers",
    ),
    phrase(
        "Count down: list the number itself, then @k less, then another @k less, and so on, as "
        "long as the numbers are above 0.",
        "list(range(x, 0, -@k))",
        "numbers",
        k=range(2, 8),
    ),
)
"""For numbers from 0 to a hundred or so: the work grows with the number."""

REPEATING = (
    phrase(
        "Do the following @k times, each time with the result of the time before: take the "
        "number; if it @p, @m; otherwise, @n.",
        "functools.reduce(lambda x, _: @m if @p else @n, range(@k), x)",
        "number",
        k=range(2, 6),
        p=TESTS[:9],
        m=SMALL_CHANGES,
        n=SMALL_CHANGES,
    ),
    phrase(
        "Make a list of @k numbers: the first one is the number itself, and each further one "
        "comes from the one before: if that @p, @m; otherwise, @n.",
        "list(itertools.accumulate(range(@k - 1), lambda x, _: @m if @p else @n, initial=x))",
        "numbers",
        k=range(3, 7),
        p=TESTS[:9],
        m=SMALL_CHANGES,
        n=SMALL_CHANGES,
    ),
    phrase(
        "Make a list of @k numbers: the first one is the number itself, the second one is @a, and "
        "each further one is the sum of the two before it.",
        "[y for y, _ in itertools.accumulate(range(@k - 1), lambda pair, _: (pair[1], sum(pair)), "
        "initial=(x, @a))]",
        "numbers",
        k=range(4, 9),
        a=range(1, 8),
    ),
)
