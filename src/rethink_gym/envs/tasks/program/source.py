"""Programs as text: the docstring and the Python source."""

import re
from collections.abc import Mapping, Sequence

from rethink_gym.envs.tasks.program.families import FAMILIES
from rethink_gym.envs.tasks.program.kind import KINDS
from rethink_gym.envs.tasks.program.phrase import Constant
from rethink_gym.envs.tasks.program.program import Program, symbols

__all__ = ["write_docstring", "write_function", "write_head"]

_ANNOTATIONS = {
    "counts": "dict[int, int]",
    "flag": "bool",
    "grid": "list[list[int]]",
    "groups": "dict[str, list[str]]",
    "index": "dict[int, list[str]]",
    "number": "int",
    "numbers": "list[int]",
    "table": "dict[str, int]",
    "text": "str",
    "words": "list[str]",
}
_RETURNS = {
    "flag": "Return True if this is so, and False otherwise.",
    "number": "Return the resulting number.",
    "text": "Return the resulting string.",
    **dict.fromkeys(("counts", "groups", "index", "table"), "Return the resulting dictionary."),
    **dict.fromkeys(("grid", "numbers", "words"), "Return the resulting list."),
}
_ORDERS = (
    "Do the following, one step after the other; each step works on the result of the one before.",
    "Take these steps in order, each one with the result of the step before:",
    "Work through these steps; each one begins with what the step before has given.",
)
_NAME = re.compile(r"\b(?:it|that|x|K\d)\b")
_SHOWN_NAME = re.compile(r"`(it|that)`")
_MODULE = re.compile(r"\b(functools|itertools|math)\.")


def write_head(program: Program, function: str, arguments: Sequence[str]) -> str:
    """Write the first line of the function, such as ``def keep(items: list[int]) -> int:``.

    Args:
        program: What the function does.
        function: Its name.
        arguments: The names of its arguments.

    Returns:
        The line, without a line break.
    """
    listed = ", ".join(
        f"{name}: {_ANNOTATIONS[KINDS[kind].gives]}"
        for name, kind in zip(arguments, program.kinds, strict=True)
    )
    return f"def {function}({listed}) -> {_ANNOTATIONS[program.gives]}:"


def write_docstring(program: Program, arguments: Sequence[str], order: int) -> list[str]:
    """Write the docstring of the function.

    Args:
        program: What the function does.
        arguments: The names of its arguments.
        order: Selects the sentence that introduces several steps; any number of at least 0.

    Returns:
        The lines, not indented.
    """
    opening = FAMILIES[program.family].opening
    for number, name in enumerate(arguments, 1):
        opening = opening.replace(f"@{number}", f"`{name}`")
    names = dict(zip(("it", "that"), arguments, strict=False))
    first, *rest = program.stages
    steps = [_SHOWN_NAME.sub(lambda match: f"`{names[match[1]]}`", first.words)]
    steps += [stage.words for stage in rest]
    returns = _RETURNS[program.gives]
    if not rest:
        return [opening, f"{steps[0]} {returns}"]
    numbered = [f"{number}. {step}" for number, step in enumerate(steps, 1)]
    return [opening, _ORDERS[order % len(_ORDERS)], "", *numbered, "", returns]


def write_function(program: Program, function: str, arguments: Sequence[str]) -> str:
    """Write the function in Python, with the imports that it needs.

    Args:
        program: What the function does.
        function: Its name.
        arguments: The names of its arguments.

    Returns:
        The source.
    """
    lines = [write_head(program, function, arguments)]
    names = dict(zip(symbols(tuple(KINDS[kind].gives for kind in program.kinds)), arguments))  # noqa: B905
    for number, stage in enumerate(program.stages, 1):
        code = _write_code(stage.code, names, stage.constants)
        lines.append(f"    {'return' if number == len(program.stages) else 'result ='} {code}")
        names = {"x" if stage.gives == "number" else "it": "result"}
    source = "\n".join(lines) + "\n"
    modules = sorted(set(_MODULE.findall(source)))
    imports = "".join(f"import {module}\n" for module in modules)
    return f"{imports}\n\n{source}" if imports else source


def _write_code(code: str, names: Mapping[str, str], constants: Sequence[Constant]) -> str:
    """Write an expression with the names of its values and with its constants."""

    def replacement(match: re.Match[str]) -> str:
        name = match[0]
        return repr(constants[int(name[1:])]) if name[0] == "K" else names.get(name, name)

    return _NAME.sub(replacement, code)
