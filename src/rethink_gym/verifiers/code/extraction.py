"""Where the program stands in a worked text.

Nothing is parsed here, let alone run: rules look at lines, once from one end to the
other, and give the ways in which the text may be meant. Which of these is Python is
found out where the program runs.
"""

import re
import textwrap
from typing import NamedTuple

__all__ = ["MAX_ANSWER_CHARS", "Program", "extract_program"]

MAX_ANSWER_CHARS = 200_000
"""Longest text, behind the thoughts, in which a program is looked for."""


class Program(NamedTuple):
    """A program found in a text.

    Attributes:
        text: The program as it stands in the text.
        sources: The ways in which it may be meant, the likeliest first; the first that
            is Python is meant.
    """

    text: str
    sources: tuple[str, ...]


def extract_program(text: str, entry_point: str = "", signature: str = "") -> Program | None:
    """Find the program in a worked text.

    What was thought before ``</think>`` is never looked at. Of several fenced blocks the
    last that defines the entry point is taken, else the last that is marked as Python,
    else the last. A fence that is never closed reaches to the end. Without a fence, the
    text itself is the program, from its first line of code on. What does not define the
    entry point continues the signature, if there is one.

    Args:
        text: What the model said.
        entry_point: The function that the program must define; empty if it need not
            define any.
        signature: Head of the function as the prompt shows it, with what stands before
            it, such as imports.

    Returns:
        The program, or None if there is none.
    """
    text = text[text.rfind("</think>") + 8 :] if "</think>" in text else text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    definition = _definition(entry_point)
    blocks = _blocks(text)
    found = _choose(blocks, definition) if blocks else _MARK.sub("", text)
    if not found.strip() or not (blocks or _CODE.search(found)):
        return None
    if definition is None:
        return Program(found, (found,))
    defined = definition.search(found)
    if defined is not None:
        bodies = [found] if blocks else _bare(found, defined.start())
        return _with_preamble(bodies, definition.search(signature), signature)
    header = definition.search(signature)
    # Other functions and no return of its own: a program that lacks the entry point, no body.
    is_whole = bool(blocks) and _OTHER.search(found) and not _RETURN.search(found)
    if header is not None and not is_whole:
        return _continuing(found, header.start(), signature)
    return Program(found, (found,)) if blocks else None


_FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})([^\n`]*)$", re.MULTILINE)
_PYTHON = frozenset({"python", "py", "python3", "py3", "pycon"})
_MARK = re.compile(
    r"^[ \t>*_#]*(?:final[ ]+)?(?:a|answer)[ *_]*:[ *_]*"
    r"(?=def[ ]|import[ ]|from[ ]|class[ ]|async[ ]|return[ ]|@|print\(|\n|[ ]{3})",
    re.MULTILINE | re.IGNORECASE,
)
_CODE = re.compile(
    r"^[ \t]*(?:(?:return|yield|raise|assert|print|pass|with|for|while|if|del|try)\b"
    r"|(?:async[ ]+)?def[ ]+\w|class[ ]+\w+[(:]|from[ ]+[\w.]+[ ]+import\b|import[ ]+\w|@\w"
    r"|[\w.]+(?:\[[^\n\]]*\])?[ ]*(?:[-+*/%|&^]|//|\*\*)?=(?!=)|[\w.]+\()",
    re.MULTILINE,
)
_START = re.compile(
    r"^[ \t]*(?:from[ ]+[\w.]+[ ]+import\b|import[ ]+[\w.]+(?:[ ]+as[ ]+\w+)?[ ]*(?:,.*)?$"
    r"|(?:async[ ]+)?def[ ]+\w+[ ]*\(|class[ ]+\w+[(:]|@\w|[A-Za-z_]\w*[ ]*=(?!=))",
    re.MULTILINE,
)
_TOP = re.compile(
    r"(?:from|import|def|class|async|if|elif|else|for|while|try|except|finally|with|return|print"
    r"|assert|del|global|raise)\b[^\n]*[\w)\]}'\":,\\]$|@\w|#|[)\]}]"
    r"|[A-Za-z_][\w.]*(?:\[[^\n\]]*\])?[ ]*(?::[^\n=]+)?(?:[-+*/%|&^]|//|\*\*)?=(?!=)"
    r"|[A-Za-z_][\w.]*\([^\n]*\)$"
)
"""A line without indentation that may be code; prose ends with a stop or is none of these."""

_OTHER = re.compile(r"^(?:(?:async[ ]+)?def|class)[ ]", re.MULTILINE)
_RETURN = re.compile(r"^(?:return|yield)\b", re.MULTILINE)
_QUOTES = ('"""', "'''")


def _definition(entry_point: str) -> re.Pattern[str] | None:
    if not entry_point:
        return None
    name = re.escape(entry_point)
    return re.compile(
        rf"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}[ \t]*=(?!=)",
        re.MULTILINE,
    )


class _Block(NamedTuple):
    language: str
    text: str


def _blocks(text: str) -> list[_Block]:
    """Return the fenced blocks of a text; the last may be open."""
    blocks: list[_Block] = []
    opened: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opened is None:
            opened = fence
        elif fence[2].startswith(opened[2]) and not fence[3].strip():
            blocks.append(_block(opened, text[opened.end() + 1 : fence.start()]))
            opened = None
    if opened is not None:
        blocks.append(_block(opened, text[opened.end() + 1 :]))
    return [block for block in blocks if block.text.strip()]


def _block(opened: re.Match[str], text: str) -> _Block:
    words = opened[3].split()
    language = words[0].strip("{}.").lower() if words else ""
    return _Block(language, textwrap.dedent(text) if opened[1] else text)


def _choose(blocks: list[_Block], definition: re.Pattern[str] | None) -> str:
    """Return the block that holds the program."""
    if definition is not None:
        defining = [block for block in blocks if definition.search(block.text)]
        if defining:
            return defining[-1].text
    marked = [block for block in blocks if block.language in _PYTHON]
    plain = [block for block in blocks if not block.language]
    return (marked or plain or blocks)[-1].text


def _bare(text: str, defined_at: int) -> list[str]:
    """Return the ways to cut a program out of the text around it."""
    first = _START.search(text)
    starts = [defined_at] if first is None else [min(first.start(), defined_at), defined_at]
    whole = textwrap.dedent(text[starts[0] :])
    return [whole, *(_trimmed(textwrap.dedent(text[start:])) for start in starts)]


def _trimmed(text: str) -> str:
    """Leave out what follows the program: from the first line on that is no code."""
    lines = text.split("\n")
    quote = ""  # the triple quotes of the text that a line begins in
    for number, line in enumerate(lines):
        is_prose = line[:1].strip() and not _TOP.match(line.rstrip())
        if number and is_prose and not quote and not line.startswith(_QUOTES):
            return "\n".join(lines[:number])
        for mark in re.findall(r'"""|\'\'\'', line):
            if not quote or mark == quote:
                quote = "" if quote else mark
    return text


def _with_preamble(bodies: list[str], header: re.Match[str] | None, signature: str) -> Program:
    """Put what the prompt shows before the function before programs, as they may use it."""
    preamble = signature[: header.start()] if header is not None else ""
    if not preamble.strip():
        return _program(bodies[0], bodies)
    return _program(bodies[0], [way for body in bodies for way in (preamble + body, body)])


def _continuing(body: str, header_at: int, signature: str) -> Program:
    """Return the ways in which a text may continue a signature."""
    body = body.strip("\n")
    head = signature if signature.endswith("\n") else f"{signature}\n"
    end = _HEADER_END.search(signature, header_at)
    indented = textwrap.indent(textwrap.dedent(body), "    ")
    heads = [head] if end is None else [head, signature[: end.end()] + "\n"]
    bodies = [body, _trimmed_body(body), indented, _trimmed_body(indented)]
    return _program(body, [each + rest for each in heads for rest in bodies])


_HEADER_END = re.compile(r":[ \t]*(?:#[^\n]*)?$", re.MULTILINE)


def _trimmed_body(body: str) -> str:
    first, newline, rest = body.partition("\n")
    return first + newline + _trimmed(f"#\n{rest}")[2:]


def _program(text: str, sources: list[str]) -> Program:
    return Program(text, tuple(dict.fromkeys(sources)))
