"""Where the answer stands in a worked text.

Every rule reads the text once, from one end to the other. What the model thought
before ``</think>`` is never looked at.
"""

import re
from enum import StrEnum
from typing import NamedTuple

__all__ = [
    "ANSWER_WORDS",
    "CONCLUSION",
    "PROSE",
    "Extraction",
    "Mark",
    "claim_of",
    "extract_answer",
    "last_match",
    "plain_answer",
]

MAX_SENTENCE_CHARS = 2_000

CONCLUSION = re.compile(
    r"(?:^\s*|[.\n:;,!?]\s{0,3}|\s(?=[TH]))(?:(?:and|so) )?"
    r"(?:therefore|thus|hence|we find that"
    r"|donc|ainsi|par conséquent|en conclusion"
    r"|por lo tanto|por tanto|en conclusión|portanto|quindi|pertanto|dunque"
    r"|also folgt|somit|daher|folglich|следовательно|таким образом|итак"
    r"|vậy|do đó|bu nedenle|oleh karena itu|kwa hiyo)\b"
    r"|\best donc\b(?: de\b)?|\bes por (?:lo )?tanto\b"
    r"|لذا|لذلك|إذن|وبالتالي|इसलिए|अतः|তাই|সুতরাং|অতএব|కాబట్టి|ดังนั้น|따라서|그러므로"
    r"|因此|所以|因而|结论|結論|したがって|よって",
    re.IGNORECASE,
)
"""Where a conclusion starts."""

ANSWER_WORDS = (
    r"r[ée]ponse|respuesta|resposta|risposta|antwort|ответ|jawaban|cevap|đáp án|jibu"
    r"|الجواب|الإجابة|उत्तर|উত্তর|సమాధానం|คำตอบ|정답|답|答案|答え"
)
"""The word "answer" in other languages, as alternatives of a pattern."""

PROSE = re.compile(
    r"(?<![\\A-Za-z])[A-Za-z]{2,}\s+[A-Za-z]{2,}\s+[A-Za-z]{2,}"
    r"|^\s*(?:The|It|This|There|We|So|He|She|They)\s+[A-Za-z$]"
    r"|[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0400-\u1fff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]"
)
"""What shows that a text is more than a formula."""

_STATEMENT = re.compile(
    r"\b(?:there (?:is|are)|is|are|equals?|of|to|by"
    r"|est(?: égale?)?(?: à| de)?|es(?: de)?|é|è|ist|beträgt|lautet|равно|равна|составляет)"
    r"[ ]+(?:equal to[ ]+)?"
    r"|(?:应该|應該)?(?:是|为|為|等于|等於)|هو |هي |से |है |は",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"-?[0-9]+(?:[.,][0-9]+)*(?:\s*/\s*[0-9]+)?(?:\s*\\?%)?")
_MARKED_FIGURE = re.compile(
    r"-?[0-9]+(?:[.,][0-9]+)*\s?(?:[%$€£¥]|\\%)|[$€£¥]\s?[0-9]+(?:[.,][0-9]+)*"
)
_NEGATION = re.compile(
    r"\bnot\b|n't\b|\bcannot\b|\bnever\b|\bwrong\b|\bincorrect\b|\bfalse\b|\bimpossible\b"
    r"|\b(?:more|less|fewer|greater|larger|smaller) than\s+\$?[0-9]|\bat (?:least|most)\b"
    r"|\bpas\b|\bnicht\b|\bkein|\bno (?:es|son|est[áa])\b|\bnon [èe]\b|\bnão\b|\bне\b"  # noqa: RUF001
    r"|不是|不等|不能|ليس|नहीं|ではな|아니",
    re.IGNORECASE,
)
_VERB = re.compile(r"\s*(?!arc|sqrt)[A-Za-z]{5,}\s")
"""A word that is no function, such as the "quedan" of "quedan 12 libros"."""

_BOLD = re.compile(r"\*\*([^*\n]{1,80})\*\*")


def last_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return the last match of a pattern, None if there is none."""
    last = None
    for match in pattern.finditer(text):
        last = match
    return last


def claim_of(sentence: str) -> str | None:
    """Return what a concluding sentence comes to.

    Args:
        sentence: The sentence, without the word that marks it.

    Returns:
        In this order: what is in bold; what it ends in; what follows its last sign of
        equality; its only number; its only number with a currency or percent sign.
        None if it denies something, if there are several numbers to choose from, or if
        it is longer than any sentence.
    """
    if len(sentence) > MAX_SENTENCE_CHARS:
        return None
    statement = last_match(_STATEMENT, sentence)
    if statement is None and not PROSE.search(sentence) and not _VERB.match(sentence):
        return sentence
    if _NEGATION.search(sentence):
        return None
    bold = [match for match in _BOLD.finditer(sentence) if _FIGURE.search(match[1])]
    if bold:
        is_last = not _FIGURE.search(sentence, bold[0].end())
        return bold[0][1] if is_last else None
    end = "" if statement is None else sentence[statement.end() :]
    if PROSE.search(end):
        end = ""
    if any(sign.isdigit() or sign == "\\" for sign in end):
        return end
    _, is_equal, worth = sentence.rpartition("=")
    figures: list[str] = _FIGURE.findall(worth)
    if is_equal and len(figures) == 1 and worth.lstrip(" $€£").startswith(figures[0]):
        return figures[0]
    figures = _FIGURE.findall(sentence)
    if len(figures) == 1 and not any(sign in sentence for sign in "\\=^"):
        return figures[0]
    marked: list[str] = _MARKED_FIGURE.findall(sentence)
    if len(marked) == 1 and not any(sign in sentence for sign in "\\=^"):
        return marked[0]
    return end or None


MAX_RESPONSE_CHARS = 100_000
"""Only the end of a longer text is searched."""

MAX_BARE_CHARS = 40
"""A text of one line without any mark that is no longer is its own answer."""


class Mark(StrEnum):
    """What marked the answer; the members stand in the order they are looked for."""

    BOX = "box"
    r"""The last ``\boxed{...}``; boxes joined by "and", "or" or a comma count as one."""
    HASHES = "####"
    """What follows the last ``####`` on its line."""
    LINE = "A:"
    """The last line that starts with ``A:`` or ``Answer:``, or ``Final answer:`` anywhere."""
    SENTENCE = "answer is"
    """What follows the last "answer is" or "answer:" in its sentence, in many languages."""
    CONCLUSION = "conclusion"
    """What the last sentence comes to, if it says "therefore", "donc" or the like, in many
    languages: see `claim_of`."""
    FORMULA = "formula"
    """The last formula between LaTeX delimiters in the last sentence; formulas joined by
    "and", "or" or a comma count as one."""
    BARE = "whole text"
    """A short text of one line that holds nothing but the answer."""


class Extraction(NamedTuple):
    """An answer found in a text.

    Attributes:
        text: The answer, without the mark and blanks around it.
        mark: What marked it.
    """

    text: str
    mark: Mark


def extract_answer(text: str) -> Extraction | None:
    r"""Find the final answer in a worked text.

    The first of these that the text has is taken, and of several places the last:
    ``\boxed{...}``; ``####``; a line ``A: ...``; "answer is"; the end of a
    concluding sentence ("Therefore, x = 5."); a formula in the last sentence. Only the
    closing words "Final Answer: The final answer is ..." go before boxes that they
    follow. A text of one short line without any of them, such as ``42`` or ``x=-2``, is
    itself the answer. A number that merely stands last is none.

    Args:
        text: What the model said.

    Returns:
        The answer and what marked it, or None if there is no answer.
    """
    word = plain_answer(text)
    if word is not None:
        return Extraction(word, Mark.LINE)
    end = text.rfind("</think>")
    if end >= 0:
        text = text[end + 8 :]
    if len(text) > MAX_RESPONSE_CHARS:
        text = text[-MAX_RESPONSE_CHARS:]
    if ("\\boxed" in text or "\\fbox" in text) and not _is_final_later(text):
        box = _last_box(text)
        if box:
            return Extraction(box, Mark.BOX)
    start = text.rfind("####")
    if start >= 0:
        return _found(text[start + 4 :].partition("\n")[0], Mark.HASHES)
    line = _last_line(text)
    if line is not None:
        return _found(_stated(line), Mark.LINE)
    text = text.partition("<|im_")[0].rstrip()
    match = last_match(_SENTENCE, text)
    if match is not None:
        answer = match[1]
        if PROSE.search(answer) and match[0][:6].lower() != "answer":
            answer = claim_of(answer) or answer
        return _found(answer, Mark.SENTENCE)
    return _concluded(text)


def plain_answer(text: str) -> str | None:
    """Return the answer if the last line says ``A:`` and one word, and no rule can differ.

    `extract_answer` would find the same; this is what most answers look like, and takes
    a fifth of the time.

    Args:
        text: What the model said.

    Returns:
        The answer, never empty; None if the text must be searched by the rules.
    """
    start = text.rfind("\n") + 1
    if text[start : start + 2] != "A:" or len(text) > MAX_RESPONSE_CHARS:
        return None
    if "\\" in text or "####" in text or "Final " in text or "</think>" in text:
        return None
    word = text[start + 2 :].strip(_BLANKS)
    is_plain = word.isascii() and '"' not in word and len(word.split()) == 1
    return word if is_plain else None


_LINE = re.compile(
    r"^[ \t>*_#]*(?:final[ ]+)?(?:a|answer)[ *_]*:[ *_]*", re.MULTILINE | re.IGNORECASE
)
_BLANKS = " \t\r\n*_"
"""What may stand around an answer without being a part of it."""

_INSIDE = re.compile(r"\bFinal [Aa]nswer[ *_]*:[ *_]*")
_SENTENCE = re.compile(
    r"(?:\banswers?[ ]+(?:is|are|equals?|would[ ]+be|should[ ]+be)|\banswer[ ]*:"
    rf"|(?:{ANSWER_WORDS})[ *]*(?:[:：是为為はは은는]|(?:est|es|é|è|ist|lautet|هو|هي|है|adalah)\b))"  # noqa: RUF001
    r"[ \t]*[:：]?[ \t]*"  # noqa: RUF001
    r"((?:[^.\n。]|\.(?=\S))*)",
    re.IGNORECASE,
)
_FINAL = "Final Answer: The final answer is"
_FORMULA = re.compile(
    r"\$\$([^$]+)\$\$|(?<!\\)\$([^$\n]+)(?<!\\)\$|\\\[((?:[^\\]|\\[^\]])+)\\\]"
    r"|\\\(((?:[^\\]|\\[^)])+)\\\)"
)
_ANSWER_FORMULA = re.compile(rf"\banswer\s+((?:{_FORMULA.pattern}))", re.IGNORECASE)
_HOPE = re.compile(r"I hope (?:it|this) is correct\.?$", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?]\$*(?=\s)|[\n。।]")
_BOX_TOKEN = re.compile(r"\\+(?:boxed|fbox)(?![A-Za-z])\s*|\\.|[{}]", re.DOTALL)
_STYLE = re.compile(r"\\(?:text(?:bf|it|rm)?|mbox|mathrm)\s*\{([^{}]*)\}|\\q?quad|\\[()\[\],; ]|\$")
_JOINT = re.compile(
    r"\s*(?:[,;]|(?:[,;]\s*)?(?:[a-z()]+[ ]+){0,4}(?:and|or))\s*(?:[A-Za-z](?:_\{?\w+\}?)?\s*=)?\s*"
)
_MAX_JOINT_CHARS = 80
_MAX_CONCLUSION_CHARS = 2_000
"""Formulas and conclusions are looked for at the end only: their delimiters may nest."""


def _found(text: str, mark: Mark) -> Extraction | None:
    text = text.strip(_BLANKS)
    if '"' in text:
        text = text.removeprefix('\\"').removesuffix('\\"')
    return Extraction(text, mark) if text and not text.isspace() else None


def _is_final_later(text: str) -> bool:
    """Tell whether the formula of words that ends a worked text comes after the boxes."""
    return text.rfind(_FINAL) > max(text.rfind("\\boxed"), text.rfind("\\fbox"))


def _last_line(text: str) -> str | None:
    match = last_match(_LINE, text)
    if "Final " in text:
        inside = last_match(_INSIDE, text)
        if inside is not None and (match is None or inside.end() > match.end()):
            match = inside
    return None if match is None else text[match.end() :].partition("\n")[0]


def _stated(line: str) -> str:
    """Take the answer out of a marked line that is a whole sentence."""
    if not PROSE.search(line):
        return line
    line = _HOPE.sub("", line.partition("<|im_")[0].strip()).strip()
    match = last_match(_SENTENCE, line)
    return claim_of(line) or line if match is None else match[1]


def _concluded(text: str) -> Extraction | None:
    is_whole = len(text) <= _MAX_CONCLUSION_CHARS
    text = _HOPE.sub("", text[-_MAX_CONCLUSION_CHARS:].strip()).strip()
    formula = last_match(_ANSWER_FORMULA, text)
    if formula is not None:
        return _found(formula[1], Mark.SENTENCE)
    last = text.rstrip(" \n.。।")
    ends = [match.end() for match in _SENTENCE_END.finditer(last)]
    sentence = last[ends[-1] :] if ends else last
    formulas = list(_FORMULA.finditer(sentence))
    conclusion = last_match(CONCLUSION, sentence)
    if formulas:
        mark = Mark.FORMULA if conclusion is None else Mark.CONCLUSION
        inside = _listed(sentence, formulas)
        tail = sentence[formulas[-1].end() :]
        if not PROSE.search(inside) and not any(sign.isdigit() for sign in tail):
            tail = tail.strip()
            return _found(f"{inside} {tail}" if tail.startswith(_PERCENTS) else inside, mark)
        return None
    if conclusion is not None:
        claim = sentence[conclusion.end() :].strip(" ,:")
        return _found(claim_of(claim) or "", Mark.CONCLUSION)
    is_short = is_whole and len(text) <= MAX_BARE_CHARS and "\n" not in text
    if is_short and "boxed" not in text and not PROSE.search(text):
        return _found(text, Mark.BARE)
    return None


def _listed(sentence: str, formulas: list[re.Match[str]]) -> str:
    """Return the last formula, with those that it is listed with."""
    contents = [next(part for part in match.groups() if part is not None) for match in formulas]
    content = contents.pop()
    for left, right in zip(reversed(formulas[:-1]), reversed(formulas[1:]), strict=True):
        joint = _joint(sentence, left.end(), right.start())
        if joint is None:
            break
        content = f"{contents.pop()} {joint} {content}"
    return content


_PERCENTS = ("%", "\\%", "percent", "pct")


def _last_box(text: str) -> str | None:
    r"""Read the last outermost box, joined with those that it is listed with."""
    boxes: list[tuple[int, int, str]] = []
    depth = 0
    opened: tuple[int, int, int] | None = None  # start, start of content, depth
    position = 0
    while match := _BOX_TOKEN.search(text, position):
        position = match.end()
        token = match[0]
        if token.lstrip("\\").startswith(("boxed", "fbox")):
            if opened is not None:
                continue
            if text[position : position + 1] == "{":
                opened = (match.start(), position + 1, depth)
            elif position < len(text):
                boxes.append((match.start(), position + 1, text[position]))
        elif token == "{":
            depth += 1
        elif token == "}":
            depth = max(depth - 1, 0)
            if opened is not None and depth <= opened[2]:
                boxes.append((opened[0], position, text[opened[1] : match.start()]))
                opened = None
    if not boxes:
        return None
    content = boxes[-1][2]
    for left, right in zip(reversed(boxes[:-1]), reversed(boxes[1:]), strict=True):
        joint = _joint(text, left[1], right[0])
        if joint is None:
            break
        content = f"{left[2]} {joint} {content}"
    return content.strip()


def _joint(text: str, start: int, end: int) -> str | None:
    """Return how two boxes are listed together, None if they are not."""
    if end - start > _MAX_JOINT_CHARS:
        return None
    between = _STYLE.sub(lambda style: f" {style[1] or ''} ", text[start:end])
    if not _JOINT.fullmatch(between):
        return None
    return "or" if re.search(r"\bor\b", between) else ","
