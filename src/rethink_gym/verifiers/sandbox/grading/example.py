"""Converts docstring examples (doctests) to assert statements."""

import ast
import doctest

__all__ = ["read_examples"]


def read_examples(text: str) -> str:
    """Convert examples to statements.

    Expected output that is a literal is compared as a value, any other output as text.

    Args:
        text: Text with examples: ``>>>`` and an expression or statement, and on the next
            lines its output, or the last line of the exception that it raises.

    Returns:
        Source of the same tests.

    Raises:
        ValueError: If the output of an example cannot be compared, as of an example that
            prints but is not a plain ``print(...)``.
    """
    parser = doctest.DocTestParser()
    return "\n".join(map(_statement, parser.get_examples(text)))


def _statement(example: doctest.Example) -> str:
    source, want = example.source.strip(), example.want.strip()
    if example.exc_msg is not None:
        name = example.exc_msg.partition(":")[0].strip().rpartition(".")[2]
        return _raises_statement(source, name)
    try:
        expression = ast.parse(source, mode="eval").body
    except SyntaxError:
        if want:
            raise ValueError(f"a statement prints nothing: {source[:80]!r}") from None
        return source
    if isinstance(expression, ast.Call) and ast.unparse(expression.func) == "print":
        if expression.keywords or any(isinstance(each, ast.Starred) for each in expression.args):
            raise ValueError(f"print must have plain arguments: {source[:80]!r}")
        return f"assert ' '.join(map(str, [{ast.unparse(expression)[6:-1]}])) == {want!r}"
    if not want:
        return f"assert ({source}) is None"
    try:
        ast.literal_eval(want)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return f"assert {want!r} in (lambda value: (repr(value), str(value)))({source})"
    return f"assert ({source}) == ({want})"


def _raises_statement(source: str, name: str) -> str:
    """Return a statement that asserts that a source raises an exception of a class."""
    body = "\n".join(f"    {line}" for line in source.splitlines())
    return (
        f"try:\n{body}\nexcept Exception as error:\n"
        f"    assert {name!r} in [kind.__name__ for kind in type(error).__mro__]\n"
        f"else:\n    assert not {f'{source} must raise {name}'!r}"
    )
