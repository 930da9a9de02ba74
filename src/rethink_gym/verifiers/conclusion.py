"""What a sentence in words comes to, in the languages that models answer in.

A sentence counts only if it says that it concludes ("therefore", "donc") or names the
answer ("respuesta"); a number that merely stands last is no answer.
"""

import re

__all__ = ["ANSWER_WORDS", "CONCLUSION", "PROSE", "claim_of", "last_match"]

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
