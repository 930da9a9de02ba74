"""Extraction of the program from an answer.

Nothing is parsed or run here. The rules look at the lines of the text once, and return
candidate sources. The confined process that runs the program picks the first candidate
that is valid Python.
"""

import re
import textwrap
from typing import NamedTuple

__all__ = ["MAX_ANSWER_CHARS", "Program", "extract_program"]

MAX_ANSWER_CHARS = 200_000
"""Maximum number of characters after the thoughts; a longer answer is not searched."""


class Program(NamedTuple):
    """A program that was extracted from a text.

    Attributes:
        text: The program as written in the text.
        sources: Candidate sources, the most plausible first; the first that is valid
            Python is used.
    """

    text: str
    sources: tuple[str, ...]


def extract_program(text: str, entry_point: str = "", signature: str = "") -> Program | None:
    """Extract the program from an answer.

    Text before ``</think>`` is ignored. Of several fenced blocks, the last one that
    defines the entry point is taken; if none does, the last one marked as Python; else the
    last one. A fence that is not closed extends to the end. Without a fence, the program is
    the text from its first line of code on. A text that does not define the entry point is
    taken as the body of the signature, if there is one.

    Args:
        text: The generated text.
        entry_point: Name of the function that the program must define; empty if it need
            not define a function.
        signature: Function signature from the prompt, with the text before it, such as
            imports.

    Returns:
        The program; None if the text does not contain one.
    """
    text = text[text.rfind("</think>") + 8 :] if "</think>" in text else text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    definition = _definition(entry_point)
    blocks = _fenced_blocks(text)
    source = _choose(blocks, definition) if blocks else _MARK.sub("", text)
    if not source.strip() or not (blocks or _CODE.search(source)):
        return None
    if definition is None:
        return Program(source, (source,))
    defined = definition.search(source)
    if defined is not None:
        bodies = [source] if blocks else _cut_out(source, defined.start())
        return _with_preamble(bodies, definition.search(signature), signature)
    header = definition.search(signature)
    # A block with other functions and without a `return` at its top level is a whole
    # program that lacks the entry point, and not the body of the signature.
    is_whole = bool(blocks) and _OTHER.search(source) and not _RETURN.search(source)
    if header is not None and not is_whole:
        return _complete_signature(source, header.start(), signature)
    return Program(source, (source,)) if blocks else None


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
"""A line without indentation that may be code. Prose ends with a full stop, or does not match."""

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


def _fenced_blocks(text: str) -> list[_Block]:
    """Return the fenced blocks of a text that are not empty; the last may be unclosed."""
    blocks: list[_Block] = []
    opening: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opening is None:
            opening = fence
        elif fence[2].startswith(opening[2]) and not fence[3].strip():
            blocks.append(_make_block(opening, text[opening.end() + 1 : fence.start()]))
            opening = None
    if opening is not None:
        blocks.append(_make_block(opening, text[opening.end() + 1 :]))
    return [block for block in blocks if block.text.strip()]


def _make_block(opening: re.Match[str], text: str) -> _Block:
    words = opening[3].split()
    language = words[0].strip("{}.").lower() if words else ""
    return _Block(language, textwrap.dedent(text) if opening[1] else text)


def _choose(blocks: list[_Block], definition: re.Pattern[str] | None) -> str:
    """Return the block that is the program."""
    if definition is not None:
        defining = [block for block in blocks if definition.search(block.text)]
        if defining:
            return defining[-1].text
    marked = [block for block in blocks if block.language in _PYTHON]
    plain = [block for block in blocks if not block.language]
    return (marked or plain or blocks)[-1].text


def _cut_out(text: str, defined_at: int) -> list[str]:
    """Return candidate programs from a text without fences, each without the prose around it."""
    first = _START.search(text)
    starts = [defined_at] if first is None else [min(first.start(), defined_at), defined_at]
    whole = textwrap.dedent(text[starts[0] :])
    return [whole, *(_trimmed(textwrap.dedent(text[start:])) for start in starts)]


def _trimmed(text: str) -> str:
    """Drop everything from the first unindented line of prose on."""
    lines = text.split("\n")
    quote = ""  # the triple quotes of the string that continues in this line
    for number, line in enumerate(lines):
        is_prose = line[:1].strip() and not _TOP.match(line.rstrip())
        if number and is_prose and not quote and not line.startswith(_QUOTES):
            return "\n".join(lines[:number])
        for mark in re.findall(r'"""|\'\'\'', line):
            if not quote or mark == quote:
                quote = "" if quote else mark
    return text


def _with_preamble(bodies: list[str], header: re.Match[str] | None, signature: str) -> Program:
    """Prepend the text before the signature, such as imports, since programs may need it."""
    preamble = signature[: header.start()] if header is not None else ""
    if not preamble.strip():
        return _make_program(bodies[0], bodies)
    sources = [source for body in bodies for source in (preamble + body, body)]
    return _make_program(bodies[0], sources)


def _complete_signature(body: str, header_at: int, signature: str) -> Program:
    """Complete a signature with its body, which may lack indentation or end in prose."""
    body = body.strip("\n")
    head = signature if signature.endswith("\n") else f"{signature}\n"
    end = _HEADER_END.search(signature, header_at)
    indented = textwrap.indent(textwrap.dedent(body), "    ")
    heads = [head] if end is None else [head, signature[: end.end()] + "\n"]
    bodies = [body, _trimmed_body(body), indented, _trimmed_body(indented)]
    return _make_program(body, [each + rest for each in heads for rest in bodies])


_HEADER_END = re.compile(r":[ \t]*(?:#[^\n]*)?$", re.MULTILINE)


def _trimmed_body(body: str) -> str:
    """Like `_trimmed`, but the first line is always kept, as it may lack its indentation."""
    first, newline, rest = body.partition("\n")
    return first + newline + _trimmed(f"#\n{rest}")[2:]


def _make_program(text: str, sources: list[str]) -> Program:
    return Program(text, tuple(dict.fromkeys(sources)))
