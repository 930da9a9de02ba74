"""The process in which sympy works: reads questions as JSON lines, answers likewise.

This file is run as a program of its own and imports nothing of ours. What it
reads is a tree that our own parser built; sympy objects are made node by node, and
no text is ever given to sympy to read.

Where there is `os.fork`, each question is answered by a child that is killed at its
deadline, and this process, which only waits, is ready for the next one at once.
Elsewhere it answers itself, and its owner kills it.
"""

import json
import os
import select
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_MEMORY_BYTES = 2 * 1024**3
CAN_FORK = hasattr(os, "fork")
SIGKILL = 9  # on every system that forks


def main() -> None:
    """Answer questions until the input ends."""
    import sympy

    build = Builder(sympy)
    answer = answer_in_child if CAN_FORK else answer_here
    write({"keeps_time": CAN_FORK})
    for line in sys.stdin:
        write(answer(sympy, build, json.loads(line)))


def write(data: dict[str, Any]) -> None:
    """Write one answer."""
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


def answer_in_child(sympy: Any, build: "Builder", question: dict[str, Any]) -> dict[str, Any]:
    """Let a child answer, and kill it when its time is up."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        limit_memory()
        os.write(writable, json.dumps(answer_here(sympy, build, question)).encode())
        os._exit(0)
    os.close(writable)
    ready, _, _ = select.select([readable], [], [], question["timeout_s"])
    reply_text = os.read(readable, 4096) if ready else b""
    os.close(readable)
    os.kill(child, SIGKILL)
    os.waitpid(child, 0)
    if not ready:
        return {"outcome": "timed_out"}
    if not reply_text:
        return {"outcome": "died"}
    reply: dict[str, Any] = json.loads(reply_text)
    return reply


def answer_here(sympy: Any, build: "Builder", question: dict[str, Any]) -> dict[str, Any]:
    """Answer one question; what sympy cannot do is an answer too."""
    try:
        equal = are_equal(sympy, build(question["left"]), build(question["right"]))
    except MemoryError:
        return {"outcome": "died"}
    except Exception as error:  # sympy promises nothing about what it raises
        return {"outcome": "unknown", "detail": f"{type(error).__name__}: {error}"[:200]}
    outcome = "unknown" if equal is None else "equal" if equal else "different"
    return {"outcome": outcome, "detail": "sympy cannot tell" if equal is None else ""}


def limit_memory() -> None:
    """Bound the memory of this process."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def are_equal(sympy: Any, left: Any, right: Any) -> bool | None:
    """Decide whether two expressions are equal; None if sympy cannot tell."""
    difference = (left - right).doit()
    if difference == 0:
        return True
    if difference.has(sympy.zoo, sympy.nan, sympy.AccumBounds):
        return None
    if difference.has(sympy.oo):
        return False if difference.is_infinite else None
    if not difference.free_symbols:
        value = difference.evalf(40, maxn=200)
        if value.is_number and not value.has(sympy.Integral, sympy.Limit, sympy.Sum):
            size = abs(left.doit().evalf(20)) + abs(right.doit().evalf(20))
            return bool(abs(value) <= size * sympy.Float(10) ** -25)
    simplified = sympy.simplify(difference)
    if simplified == 0:
        return True
    return False if simplified.is_zero is False else None


class Builder:
    """Makes sympy objects of our trees."""

    def __init__(self, sympy: Any) -> None:
        self.sympy = sympy
        self.operations: dict[str, Callable[..., Any]] = {
            "add": sympy.Add,
            "multiply": sympy.Mul,
            "power": sympy.Pow,
            "abs": sympy.Abs,
            "degree": lambda value: value * sympy.pi / 180,
            "factorial": self.factorial,
            "binomial": sympy.binomial,
            "mod": sympy.Mod,
            "floor": sympy.floor,
            "ceil": sympy.ceiling,
            "min": sympy.Min,
            "max": sympy.Max,
            "gcd": sympy.gcd,
            "lcm": sympy.lcm,
            "exp": sympy.exp,
            "ln": sympy.log,
            "log10": lambda value: sympy.log(value, 10),
            **{
                name: getattr(sympy, name)
                for name in ("sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh")
            },
            **{f"arc{name}": getattr(sympy, f"a{name}") for name in ("sin", "cos", "tan", "cot")},
            **{
                f"{name}_inverse": getattr(sympy, f"a{name}")
                for name in ("sec", "csc", "sinh", "cosh", "tanh")
            },
            "derivative": sympy.Derivative,
            "limit": sympy.Limit,
            "integral": self.integral,
            "sum": lambda body, name, low, high: sympy.Sum(body, (name, low, high)),
            "product": lambda body, name, low, high: sympy.Product(body, (name, low, high)),
        }

    def __call__(self, tree: list[Any]) -> Any:
        """Make one object.

        Raises:
            LookupError: If an operation is not known.
        """
        sympy = self.sympy
        kind = tree[0]
        if kind == "number":
            return sympy.Rational(int(tree[1], 16), int(tree[2], 16))
        if kind == "symbol":
            known = {"pi": sympy.pi, "e": sympy.E, "i": sympy.I, "oo": sympy.oo}
            return known.get(tree[1]) or sympy.Symbol(tree[1])
        arguments = [self(argument) for argument in tree[2:]]
        if tree[1].startswith("function "):
            return sympy.Function(tree[1][9:])(*arguments)
        return self.operations[tree[1]](*arguments)

    def factorial(self, value: Any) -> Any:
        """Refuse factorials that would fill the memory before the deadline."""
        if value.is_number and value > 10_000:
            raise ValueError("a factorial is too big")
        return self.sympy.factorial(value)

    def integral(self, body: Any, name: Any, *bounds: Any) -> Any:
        """Make a definite integral; there is no one indefinite one."""
        if len(bounds) != 2:
            raise ValueError("an indefinite integral is no single value")
        return self.sympy.Integral(body, (name, *bounds))


if __name__ == "__main__":
    main()
