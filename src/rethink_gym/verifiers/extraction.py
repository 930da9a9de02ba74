"""Find the answer in a worked text.

The rules are tried in the order of `Mark`. Each one reads the text once from one end to the
other, so extraction takes time linear in the length of the text. Text before ``</think>``
is ignored.
"""

import re
from enum import StrEnum
from typing import NamedTuple

__all__ = ["Extraction", "Mark", "extract_answer", "plain_answer"]

MAX_RESPONSE_CHARS = 100_000
"""Maximum length of a text; only the end of a longer one is searched."""

MAX_CONCLUSION_CHARS = 2_000
"""Length of the end of a text in which formulas and conclusions are searched, since their
delimiters may be nested."""

MAX_SENTENCE_CHARS = 2_000
"""Maximum length of a sentence that states an answer."""

MAX_BARE_CHARS = 40
"""Maximum length of a text without any mark that is itself the answer."""


class Mark(StrEnum):
    """What marks the answer; the members are in the order of the search."""

    BOX = "box"
    r"""The last ``\boxed{...}``; boxes joined by "and", "or" or a comma count as one."""
    HASHES = "####"
    """The text after the last ``####``, up to the end of its line."""
    LINE = "A:"
    """The last line that starts with ``A:`` or ``Answer:``, or ``Final answer:`` anywhere."""
    SENTENCE = "answer is"
    """The text after the last "answer is" or "answer:" in its sentence, in many languages."""
    CONCLUSION = "conclusion"
    """The claim of the last sentence if it has a word like "therefore" or "donc"."""
    FORMULA = "formula"
    """The last formula between LaTeX delimiters in the last sentence; formulas joined by
    "and", "or" or a comma count as one."""
    BARE = "whole text"
    """A short text of one line that is nothing but the answer."""


class Extraction(NamedTuple):
    """An answer found in a text.

    Attributes:
        text: The answer, without the mark and surrounding spaces.
        mark: What marks it.
    """

    text: str
    mark: Mark


def extract_answer(text: str) -> Extraction | None:
    r"""Find the final answer in a worked text.

    The first rule that applies decides, and of several matches the last one counts:
    ``\boxed{...}``; ``####``; a line ``A: ...``; "answer is"; the end of a concluding
    sentence ("Therefore, x = 5."); a formula in the last sentence. Only the closing words
    "Final Answer: The final answer is ..." take precedence over boxes before them. A text
    of one short line without any mark, such as ``42`` or ``x=-2``, is itself the answer. A
    number without a mark is not an answer.

    Args:
        text: The agent's message.

    Returns:
        The answer and its mark, or None if there is no answer.
    """
    plain = plain_answer(text)
    if plain is not None:
        return Extraction(plain, Mark.LINE)
    end = text.rfind("</think>")
    if end >= 0:
        text = text[end + 8 :]
    if len(text) > MAX_RESPONSE_CHARS:
        text = text[-MAX_RESPONSE_CHARS:]
    if ("\\boxed" in text or "\\fbox" in text) and not _ends_with_final_words(text):
        box = _last_box(text)
        if box:
            return Extraction(box, Mark.BOX)
    start = text.rfind("####")
    if start >= 0:
        return _make_extraction(text[start + 4 :].partition("\n")[0], Mark.HASHES)
    line = _last_marked_line(text)
    if line is not None:
        return _make_extraction(_answer_in_line(line), Mark.LINE)
    text = text.partition("<|im_")[0].rstrip()
    match = _last_match(_ANSWER_SENTENCE, text)
    if match is not None:
        answer = match[1]
        if _PROSE.search(answer) and match[0][:6].lower() != "answer":
            answer = _claim_of(answer) or answer
        return _make_extraction(answer, Mark.SENTENCE)
    return _extract_from_end(text)


def plain_answer(text: str) -> str | None:
    """Return the answer if the last line is ``A:`` and one word, and no other rule applies.

    `extract_answer` would return the same. Most answers look like this, and this check
    takes a fifth of the time.

    Args:
        text: The agent's message.

    Returns:
        The answer, never empty; None if the rules must search the text.
    """
    start = text.rfind("\n") + 1
    if text[start : start + 2] != "A:" or len(text) > MAX_RESPONSE_CHARS:
        return None
    if "\\" in text or "####" in text or "Final " in text or "</think>" in text:
        return None
    word = text[start + 2 :].strip(_PADDING)
    is_plain = word.isascii() and '"' not in word and len(word.split()) == 1
    return word if is_plain else None


_PADDING = " \t\r\n*_"
"""Characters around an answer that are not a part of it."""


def _make_extraction(text: str, mark: Mark) -> Extraction | None:
    text = text.strip(_PADDING)
    if '"' in text:
        text = text.removeprefix('\\"').removesuffix('\\"')
    return Extraction(text, mark) if text and not text.isspace() else None


def _last_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    last = None
    for match in pattern.finditer(text):
        last = match
    return last


# Boxes: \boxed{...}

_FINAL_WORDS = "Final Answer: The final answer is"
_BOX_TOKEN = re.compile(r"\\+(?:boxed|fbox)(?![A-Za-z])\s*|\\.|[{}]", re.DOTALL)
_STYLE = re.compile(r"\\(?:text(?:bf|it|rm)?|mbox|mathrm)\s*\{([^{}]*)\}|\\q?quad|\\[()\[\],; ]|\$")
_SEPARATOR = re.compile(
    r"\s*(?:[,;]|(?:[,;]\s*)?(?:[a-z()]+[ ]+){0,4}(?:and|or))\s*(?:[A-Za-z](?:_\{?\w+\}?)?\s*=)?\s*"
)
_MAX_SEPARATOR_CHARS = 80


def _ends_with_final_words(text: str) -> bool:
    """Return whether the words that end a worked text come after all boxes."""
    return text.rfind(_FINAL_WORDS) > max(text.rfind("\\boxed"), text.rfind("\\fbox"))


def _last_box(text: str) -> str | None:
    r"""Return the content of the last outermost box, joined with the boxes listed with it."""
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
        separator = _separator_between(text, left[1], right[0])
        if separator is None:
            break
        content = f"{left[2]} {separator} {content}"
    return content.strip()


def _separator_between(text: str, start: int, end: int) -> str | None:
    """Return the word or comma that joins two boxes or formulas; None if they are not joined."""
    if end - start > _MAX_SEPARATOR_CHARS:
        return None
    between = _STYLE.sub(lambda style: f" {style[1] or ''} ", text[start:end])
    if not _SEPARATOR.fullmatch(between):
        return None
    return "or" if re.search(r"\bor\b", between) else ","


# Marked lines and sentences: "A: ...", "Final answer: ...", "the answer is ..."

_MARKED_LINE = re.compile(
    r"^[ \t>*_#]*(?:final[ ]+)?(?:a|answer)[ *_]*:[ *_]*", re.MULTILINE | re.IGNORECASE
)
_FINAL_ANSWER = re.compile(r"\bFinal [Aa]nswer[ *_]*:[ *_]*")
_ANSWER_WORDS = (
    r"r[ée]ponse|respuesta|resposta|risposta|antwort|ответ|jawaban|cevap|đáp án|jibu"
    r"|الجواب|الإجابة|उत्तर|উত্তর|సమాధానం|คำตอบ|정답|답|答案|答え"
)
"""The word "answer" in other languages, as alternatives of a pattern."""

_ANSWER_SENTENCE = re.compile(
    r"(?:\banswers?[ ]+(?:is|are|equals?|would[ ]+be|should[ ]+be)|\banswer[ ]*:"
    rf"|(?:{_ANSWER_WORDS})[ *]*(?:[:：是为為はは은는]|(?:est|es|é|è|ist|lautet|هو|هي|है|adalah)\b))"  # noqa: RUF001
    r"[ \t]*[:：]?[ \t]*"  # noqa: RUF001
    r"((?:[^.\n。]|\.(?=\S))*)",
    re.IGNORECASE,
)
_HOPE = re.compile(r"I hope (?:it|this) is correct\.?$", re.IGNORECASE)


def _last_marked_line(text: str) -> str | None:
    match = _last_match(_MARKED_LINE, text)
    if "Final " in text:
        inside = _last_match(_FINAL_ANSWER, text)
        if inside is not None and (match is None or inside.end() > match.end()):
            match = inside
    return None if match is None else text[match.end() :].partition("\n")[0]


def _answer_in_line(line: str) -> str:
    """Return the answer in a marked line, which may be a whole sentence."""
    if not _PROSE.search(line):
        return line
    line = _HOPE.sub("", line.partition("<|im_")[0].strip()).strip()
    match = _last_match(_ANSWER_SENTENCE, line)
    return _claim_of(line) or line if match is None else match[1]


# The end of the text: a conclusion, a formula, or the whole text

_CONCLUSION = re.compile(
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
"""The start of a conclusion."""

_FORMULA = re.compile(
    r"\$\$([^$]+)\$\$|(?<!\\)\$([^$\n]+)(?<!\\)\$|\\\[((?:[^\\]|\\[^\]])+)\\\]"
    r"|\\\(((?:[^\\]|\\[^)])+)\\\)"
)
_ANSWER_FORMULA = re.compile(rf"\banswer\s+((?:{_FORMULA.pattern}))", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?]\$*(?=\s)|[\n。।]")
_PERCENTS = ("%", "\\%", "percent", "pct")


def _extract_from_end(text: str) -> Extraction | None:
    """Find the answer in the last sentence."""
    is_whole = len(text) <= MAX_CONCLUSION_CHARS
    text = _HOPE.sub("", text[-MAX_CONCLUSION_CHARS:].strip()).strip()
    formula = _last_match(_ANSWER_FORMULA, text)
    if formula is not None:
        return _make_extraction(formula[1], Mark.SENTENCE)
    last = text.rstrip(" \n.。।")
    ends = [match.end() for match in _SENTENCE_END.finditer(last)]
    sentence = last[ends[-1] :] if ends else last
    formulas = list(_FORMULA.finditer(sentence))
    conclusion = _last_match(_CONCLUSION, sentence)
    if formulas:
        mark = Mark.FORMULA if conclusion is None else Mark.CONCLUSION
        inside = _join_formulas(sentence, formulas)
        tail = sentence[formulas[-1].end() :]
        if not _PROSE.search(inside) and not any(sign.isdigit() for sign in tail):
            tail = tail.strip()
            return _make_extraction(
                f"{inside} {tail}" if tail.startswith(_PERCENTS) else inside, mark
            )
        return None
    if conclusion is not None:
        claim = sentence[conclusion.end() :].strip(" ,:")
        return _make_extraction(_claim_of(claim) or "", Mark.CONCLUSION)
    is_short = is_whole and len(text) <= MAX_BARE_CHARS and "\n" not in text
    if is_short and "boxed" not in text and not _PROSE.search(text):
        return _make_extraction(text, Mark.BARE)
    return None


def _join_formulas(sentence: str, formulas: list[re.Match[str]]) -> str:
    """Return the last formula, joined with the formulas listed with it."""
    contents = [next(part for part in match.groups() if part is not None) for match in formulas]
    content = contents.pop()
    for left, right in zip(reversed(formulas[:-1]), reversed(formulas[1:]), strict=True):
        separator = _separator_between(sentence, left.end(), right.start())
        if separator is None:
            break
        content = f"{contents.pop()} {separator} {content}"
    return content


# The claim of a sentence

_PROSE = re.compile(
    r"(?<![\\A-Za-z])[A-Za-z]{2,}\s+[A-Za-z]{2,}\s+[A-Za-z]{2,}"
    r"|^\s*(?:The|It|This|There|We|So|He|She|They)\s+[A-Za-z$]"
    r"|[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0400-\u1fff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]"
)
"""Signs that a text is more than a formula."""

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
"""A word that is not a function, such as "quedan" in "quedan 12 libros"."""

_BOLD = re.compile(r"\*\*([^*\n]{1,80})\*\*")


def _claim_of(sentence: str) -> str | None:
    """Return the claim of a concluding sentence.

    Args:
        sentence: The sentence, without the word that marks it.

    Returns:
        The first of these that there is: the text in bold; the end after a verb; the number
        after the last equals sign; the only number; the only number with a currency or
        percent sign. None if the sentence has a negation, several numbers to choose from,
        or more than ``MAX_SENTENCE_CHARS`` characters.
    """
    if len(sentence) > MAX_SENTENCE_CHARS:
        return None
    statement = _last_match(_STATEMENT, sentence)
    if statement is None and not _PROSE.search(sentence) and not _VERB.match(sentence):
        return sentence
    if _NEGATION.search(sentence):
        return None
    bold = [match for match in _BOLD.finditer(sentence) if _FIGURE.search(match[1])]
    if bold:
        is_last = not _FIGURE.search(sentence, bold[0].end())
        return bold[0][1] if is_last else None
    end = "" if statement is None else sentence[statement.end() :]
    if _PROSE.search(end):
        end = ""
    if any(sign.isdigit() or sign == "\\" for sign in end):
        return end
    _, equals_sign, right = sentence.rpartition("=")
    figures: list[str] = _FIGURE.findall(right)
    if equals_sign and len(figures) == 1 and right.lstrip(" $€£").startswith(figures[0]):
        return figures[0]
    figures = _FIGURE.findall(sentence)
    if len(figures) == 1 and not any(sign in sentence for sign in "\\=^"):
        return figures[0]
    marked: list[str] = _MARKED_FIGURE.findall(sentence)
    if len(marked) == 1 and not any(sign in sentence for sign in "\\=^"):
        return marked[0]
    return end or None
