"""Normalize notation: rewrite Unicode, LaTeX styling and spacing in plain characters.

Every rule is a replacement that takes linear time; none interprets mathematics.
"""

import re
import unicodedata

__all__ = ["plain_notation"]

_SIGNS = {
    **dict.fromkeys("−–—‐‑‒﹣－", "-"),  # noqa: RUF001
    **dict.fromkeys("×∗⋅·∙•", "*"),  # noqa: RUF001
    **dict.fromkeys("÷∕⁄", "/"),  # noqa: RUF001
    **dict.fromkeys("\u00a0\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u2002\u2003", " "),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\x00", ""),
    "√": "\\sqrt ",
    "π": "\\pi ",
    "∞": "\\infty ",
    "≤": "\\le ",
    "⩽": "\\le ",
    "≥": "\\ge ",
    "⩾": "\\ge ",
    "≠": "\\ne ",
    "≈": "\\approx ",
    "±": "\\pm ",
    "∓": "\\mp ",
    "∪": "\\cup ",  # noqa: RUF001
    "∩": "\\cap ",
    "∖": "\\setminus ",  # noqa: RUF001
    "∈": "\\in ",
    "∅": "\\emptyset ",
    "ℝ": "\\mathbb{R}",
    "ℤ": "\\mathbb{Z}",
    "ℚ": "\\mathbb{Q}",
    "ℕ": "\\mathbb{N}",
    "°": "^\\circ ",
    "º": "^\\circ ",
    "′": "'",  # noqa: RUF001
    "％": "%",  # noqa: RUF001
    "⌊": "\\lfloor ",
    "⌋": "\\rfloor ",
    "⟨": "\\langle ",
    "⟩": "\\rangle ",
    "、": ",",
    "，": ",",  # noqa: RUF001
    "（": "(",  # noqa: RUF001
    "）": ")",  # noqa: RUF001
    "€": " euro ",
    "£": " sterling ",
    "¥": " yen ",
    "∑": "\\sum ",
    "∫": "\\int ",
    "“": "",
    "”": "",
    "’": "'",  # noqa: RUF001
}
_GREEK = {
    chr(code): f"\\{name} "
    for code, name in zip(
        (*range(0x3B1, 0x3C2), *range(0x3C3, 0x3CA)),
        (
            *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota"),
            *("kappa", "lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "tau"),
            *("upsilon", "phi", "chi", "psi", "omega"),
        ),
        strict=False,
    )
}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", "0123456789+-n")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_TABLE = str.maketrans({**_GREEK, **_SIGNS})

_RAISED_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ]+")
_LOWERED_RUN = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\\(?:left|right|bigg?[lr]?|Bigg?[lr]?|middle)(?![A-Za-z])\s*\.?", ""),
        (r"\\(?:displaystyle|textstyle|limits|nolimits|hfill|rm|bf|it)(?![A-Za-z])", " "),
        (r"\\[hv]space\*?\{[^{}]*\}", " "),
        (r"\\phantom\{[^{}]*\}", ""),
        (r"\\color\{[^{}]*\}", ""),
        (r"\\[dtc]frac(?![A-Za-z])", r"\\frac"),
        (r"\\[dt]binom(?![A-Za-z])", r"\\binom"),
        (r"\\(?:boxed|fbox)(?=\s*\{)", ""),
        (r"(?<=[0-9])\s*\{,\s*\}\s*(?=[0-9])", ","),
        (r"(?<=[0-9]),\s*\\!\s*(?=[0-9]{3})", ","),
        (r"(?<=[0-9])\\[,;: ](?=[0-9]{3}(?![0-9]))", ","),
        (r"(?<!\\)\\!", ""),
        (r"(?<!\\)\\(?:[,;:> ]|q?quad|enspace(?![A-Za-z])|thinspace(?![A-Za-z]))|~", " "),
        (r"\\[$]", " dollar "),
        (r"\\%", "%"),
        (r"\^\s*(?:\{\s*\\circ\s*\}|\\circ(?![A-Za-z])|\{\s*\\degree\s*\})", r"\\degree "),
        (r"\^\s*(?:\{\s*\\(?:top|intercal)\s*\}|\\(?:top|intercal)(?![A-Za-z]))", "^T"),
        (r"\^\s*\{?\s*\\prime\s*\}?", "'"),
        (r"\^\{?\\(?:text|mathrm)\{\s*(?:st|nd|rd|th)\s*\}\}?", " "),
    )
)
_INTERVAL = re.compile(
    r"(?:(?<![\w)}\]])|(?<=\\cup)|(?<=\\cap))([\[\]])"
    r"([^\[\](),;]+)([,;])([^\[\](),;]+)([\[\]])"
)
r"""An interval; in French notation, ``]0,1[``, a bracket turned outwards excludes the end."""

_DOUBLED = re.compile(r"\\\\(?=[A-Za-z])")
_ENCLOSED = re.compile(
    r"\s*(?:\\\[(.*)\\\]|\\\((.*)\\\)|\$\$([^$]*)\$\$|\$([^$]*)\$)\s*[.,;]?\s*", re.DOTALL
)


def plain_notation(text: str) -> str:
    r"""Rewrite a text in the characters that the lexer knows.

    Args:
        text: Mathematics in LaTeX, Unicode or plain characters.

    Returns:
        The same in plain characters and few LaTeX commands, without formula delimiters,
        sizes, styles, thin spaces and a final full stop.
    """
    text = _to_ascii(text.strip())
    while match := _ENCLOSED.fullmatch(text):
        text = next(part for part in match.groups() if part is not None).strip()
        if not text:
            break
    if text.count("$") > 1:
        text = text.replace("\\$", "\0").replace("$", " ").replace("\0", "\\$")
    if "\\begin" not in text:
        text = _DOUBLED.sub(r"\\", text)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    text = text.replace("$", " dollar ")
    if "]" in text or "[" in text:
        text = _INTERVAL.sub(_plain_interval, text)
    return _without_ending(text)


def _plain_interval(match: re.Match[str]) -> str:
    opener, low, comma, high, closer = match.groups()
    return f"{'(' if opener == ']' else '['}{low}{comma}{high}{')' if closer == '[' else ']'}"


def _without_ending(text: str) -> str:
    """Remove what may follow an answer: a full stop, a line break, bold face."""
    shorter = text.strip().rstrip(".,;:\\ \n\t").removeprefix("**").removesuffix("**")
    return shorter if shorter == text else _without_ending(shorter) if shorter else ""


def _to_ascii(text: str) -> str:
    if text.isascii():
        return text.replace("\x00", "")
    text = _RAISED_RUN.sub(lambda run: f"^{{{run[0].translate(_RAISED)}}}", text)
    text = _LOWERED_RUN.sub(lambda run: f"_{{{run[0].translate(_LOWERED)}}}", text)
    text = re.sub(r"(?<=[0-9])[\u2009\u202f\u00a0](?=[0-9]{3})", ",", text)
    text = text.translate(_TABLE)
    return text if text.isascii() else "".join(map(_character_to_ascii, text))


def _character_to_ascii(sign: str) -> str:
    if sign.isascii():
        return sign
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    plain = unicodedata.normalize("NFKC", sign)
    if "⁄" in plain:  # such as one half
        above, below = plain.split("⁄")
        return f"\\frac{{{above}}}{{{below}}}"
    return plain
