"""Docstrings, comments, messages and documents use the standard words of the field."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PROJECT = Path(__file__).parents[1]
SOURCE = PROJECT / "src" / "rethink_gym"

# Words that are the subject of a file, with the reason. The prompts, phrases and stories
# themselves need no exemption: they are ordinary string literals, which are not read here.
CONTENT = {
    "envs/tasks/tracking.py": {"room", "rooms", "place", "places"},  # where its people are
}
# Documents that are written by a program from the content of the tasks.
GENERATED_DOCUMENTS = {"GALLERY.md"}


class Pattern(NamedTuple):
    """Words to avoid, and the standard words for them; a match of the group `fine` is not a hit."""

    regex: re.Pattern[str]
    standard: str
    starts_description: bool = False


def pattern(regex: str, standard: str, *, starts_description: bool = False) -> Pattern:
    # A space in a pattern also matches a line break and the indentation after it.
    spaced = regex.replace(" ", r"\s+")
    return Pattern(re.compile(rf"\b(?:{spaced})(?!\w)"), standard, starts_description)


PATTERNS = (
    pattern(
        r"(?P<fine>[Tt]here )?(?:[Ii]s|[Aa]re|[Ww]as|[Ww]ere) no(?! (?:longer|more)\b)",
        "is not a ...",
    ),
    pattern(r"(?:[Ii]s|[Aa]re|[Ww]as) none", "is missing; is NaN; does not exist"),
    pattern(
        r"(?i:whoever|whatever|somebody|anybody|nobody)", "the caller; any value; not used; no one"
    ),
    # `stand-in` and `stand-alone` are other words.
    pattern(r"(?i:stand|stands|stood)(?!-)", "is; appears; is stored"),
    pattern(r"(?i:tell|tells|told)", "return; show; give; inform"),
    pattern(r"(?P<fine>(?i:decimal |in |in-))?(?i:places?)", "index; position"),
    pattern(r"(?i:house|floors?|rooms?)", "package; layer; module; budget"),
    pattern(r"(?i:likeliest)", "most likely; greedy"),
    pattern(r"(?i:anew)", "again"),
    pattern(r"(?i:go|goes|going) on", "continue; resume"),
    pattern(r"(?i:what (?:it|they) must be)", "the condition itself"),
    pattern(
        r"Most (?:[\w-]+ )?[\w-]+s (?:of|in|at|that)", "Maximum number of", starts_description=True
    ),
    pattern(r"Of", "the noun itself", starts_description=True),
    pattern(r"(?i:shares? of)", "fraction of"),
    pattern(r"(?i:begun)", "started"),
    pattern(r"(?i:behind)", "after"),
    pattern(r"(?i:as if nothing)", "unchanged; identically"),
    pattern(r"(?i:for want of|dearest)", "out of; most expensive"),
    pattern(r"Where (?:it|they|these|this)", "the noun itself", starts_description=True),
    pattern(r"(?i:said)", "generated; written; noted"),
    pattern(r"(?i:per cent)", "percent"),
)


class Hit(NamedTuple):
    """One word to avoid in one file."""

    file: str
    line: int
    words: str
    standard: str

    def __str__(self) -> str:
        return f'{self.file}:{self.line}: "{self.words}" -> {self.standard}'


class Text(NamedTuple):
    """A piece of prose: its first line in the file, and its words."""

    line: int
    words: str
    has_descriptions: bool = True


CODE = re.compile(r"``.+?``|`[^`]+`", re.DOTALL)
# A quotation stays as it was written; it does not reach over an empty line.
QUOTATION = re.compile(r'"(?:[^"\n]|\n(?!\s*\n)){1,300}?"|“[^”]*”')
FENCE = re.compile(r"^( *)```.*?^\1```$", re.DOTALL | re.MULTILINE)
LINK_TARGET = re.compile(r"(?<=\])\([^)\s]+\)|https?://\S+")
EXAMPLE = re.compile(r"^\s*(?:>>>|\.\.\.) .*$", re.MULTILINE)
# Where a description starts: the text itself, and `name:` at the start of a line.
DESCRIPTION = re.compile(r"(?:\A|^[ \t]*\*{0,2}[\w./`]+(?: \([^)]*\))?:)(?=(\s*))", re.MULTILINE)


def blank(text: str, regex: re.Pattern[str]) -> str:
    """Replace what matches by spaces, so that positions and lines stay."""
    return regex.sub(lambda match: re.sub(r"\S", " ", match[0]), text)


def hits_in(text: Text, file: str) -> Iterator[Hit]:
    """Yield the words to avoid in one piece of prose."""
    prose = text.words
    starts = {match.end(1) for match in DESCRIPTION.finditer(prose)}
    for code in (FENCE, EXAMPLE, CODE, QUOTATION, LINK_TARGET):
        prose = blank(prose, code)
    for regex, standard, starts_description in PATTERNS:
        for match in regex.finditer(prose):
            if starts_description and not (text.has_descriptions and match.start() in starts):
                continue
            if match.groupdict().get("fine"):
                continue
            line = text.line + prose.count("\n", 0, match.start())
            yield Hit(file, line, " ".join(match[0].split()), standard)


def texts_of_source(source: str) -> Iterator[Text]:
    """Yield docstrings, comments, help texts and error messages of a Python file."""
    yield from comments(source)
    seen: set[ast.AST] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.JoinedStr):
            yield from strings(node.value, seen)  # docstrings, of attributes too
        elif isinstance(node, ast.keyword) and node.arg in {"help", "short_help", "epilog"}:
            yield from strings(node.value, seen)
        elif isinstance(node, ast.Raise) and node.exc is not None:
            yield from strings(node.exc, seen)
        elif isinstance(node, ast.Call) and is_message(node.func):
            yield from strings(node, seen)


def is_message(function: ast.expr) -> bool:
    """Report whether the arguments of a call of this function are read by people."""
    name = ast.unparse(function).rpartition(".")[2]
    return name == "warn" or name.startswith("check_") or name.lower().endswith("error")


def strings(node: ast.AST, seen: set[ast.AST]) -> Iterator[Text]:
    """Yield the string literals inside a node that were not yielded before."""
    for child in ast.walk(node):
        if isinstance(child, ast.JoinedStr) and child not in seen:
            # One sentence: what a value stands between belongs together.
            seen.update(ast.walk(child))
            parts = [
                part.value if isinstance(part, ast.Constant) else "`value`" for part in child.values
            ]
            yield Text(child.lineno, "".join(map(str, parts)))
        elif isinstance(child, ast.Constant) and child not in seen:
            seen.add(child)
            if isinstance(child.value, str):
                yield Text(child.lineno, child.value)


def comments(source: str) -> Iterator[Text]:
    """Yield comments; lines of a comment that follow each other are one text."""
    block: list[str] = []
    first = column = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line, at = token.start
        words = " " + token.string[1:]
        if block and line == first + len(block) and at == column:
            block.append(words)
            continue
        if block:
            yield Text(first, "\n".join(block))
        first, column, block = line, at, [words]
    if block:
        yield Text(first, "\n".join(block))


def hits_of_file(path: Path, name: str) -> list[Hit]:
    """Return the words to avoid in a Python or Markdown file, in order."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        texts: Iterable[Text] = [Text(1, text, has_descriptions=False)]
    else:
        texts = texts_of_source(text)
    content = next((CONTENT[end] for end in CONTENT if path.as_posix().endswith(end)), set())
    hits = (hit for part in texts for hit in hits_in(part, name))
    return sorted(hit for hit in hits if hit.words.lower() not in content)


def source_files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def documents() -> list[Path]:
    return [path for path in sorted(PROJECT.glob("*.md")) if path.name not in GENERATED_DOCUMENTS]


@pytest.mark.parametrize("files", [source_files, documents])
def test_the_standard_words_are_used(files: Callable[[], list[Path]]) -> None:
    hits = [hit for path in files() for hit in hits_of_file(path, str(path.relative_to(PROJECT)))]
    assert not hits, "\n".join(["", *map(str, hits)])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('"""Whoever asks."""', ["Whoever"]),
        ('x = 1\n"""Of the answer."""', ["Of"]),
        ('"""Read.\n\nArgs:\n    x: Of the answer.\n"""', ["Of"]),
        ('"""Read.\n\nArgs:\n    x: Most tokens of it.\n"""', ["Most tokens of"]),
        ('"""Read.\n\nReturns:\n    Where it is.\n"""', ["Where it"]),
        ("x = 1  # nobody looks", ["nobody"]),
        ("# what comes\n# behind it", ["behind"]),
        ("f(help='Where it stands.')", ["Where it", "stands"]),
        ("raise ValueError(f'{x} is no\\n number')", ["is no"]),
        ("argument_error('x', 'told', x)", ["told"]),
        ("check_choice('x', x, 'the ' 'likeliest')", ["likeliest"]),
        ('"""There is no answer, and it is no longer asked for."""', []),
        ('"""Two decimal places, swapped in place by a stand-in."""', []),
        ('"""The value of `place` is \\"told\\" or ``stand``."""', []),
        ('"""An example.\n\n>>> place(1)\n"""', []),
        ('"""It is one of the most likely tokens of all. It is None."""', []),
        ("PROMPT = 'You are told what stands behind it.'", []),
    ],
)
def test_a_word_is_found_in_what_people_read(source: str, words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    assert [hit.words for hit in hits_of_file(path, "module.py")] == words


def test_a_document_is_read_without_its_code(tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    text = "Of old, `place` was\n\n```\ntold\n```\n\nin the [house](told/house.md)."
    path.write_text(text, encoding="utf-8")
    assert [(hit.line, hit.words) for hit in hits_of_file(path, "document.md")] == [(7, "house")]
