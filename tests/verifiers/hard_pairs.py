r"""Forty hard pairs of answers, labelled before the verifier was run on them.

Each row: gold, answer, mode of the answer, whether it is correct. They were written to
find faults of a finished verifier; a comment marks what it first got wrong.
"""

__all__ = ["HARD_PAIRS"]

HARD_PAIRS: list[tuple[str, str, str, bool]] = [
    # values
    (r"\frac{\sqrt{5}+1}{2}", r"\frac{2}{\sqrt5-1}", "answer", True),
    (r"\frac{\sqrt{5}+1}{2}", r"1.618", "answer", False),
    (r"\sqrt{3+2\sqrt2}", r"1+\sqrt2", "answer", True),
    (r"\arctan\frac12+\arctan\frac13", r"\frac{\pi}{4}", "answer", True),
    (r"\log_{10} 50", r"2-\log_{10} 2", "answer", True),
    (r"2^{100}+1", "1267650600228229401496703205377", "answer", True),
    (r"2^{100}+1", "1267650600228229401496703205376", "answer", False),
    (r"\frac{1}{10^{12}}", r"\frac{1}{10^{12}+1}", "answer", False),
    (r"e^{\pi}", r"\pi^{e}", "answer", False),
    (r"\binom{n}{2}", r"\frac{n(n-1)}{2}", "answer", True),
    (r"\frac{x^2-y^2}{x-y}", "x+y", "answer", True),
    (r"\sin^2 x - \cos^2 x", r"-\cos 2x", "answer", True),
    (r"\sqrt{x^2}", "x", "answer", False),
    (r"-3-4i", r"-(3+4i)", "answer", True),
    (r"\sqrt{2}\,\text{cis}\,45^\circ", "1+i", "answer", True),
    ("12_3", "5", "answer", True),
    # several, intervals, equations
    (r"]-\infty, 3[", r"(-\infty,3)", "answer", True),
    (r"[0, 1[", "[0,1]", "answer", False),
    (r"x < -1 \text{ or } x > 4", r"(-\infty,-1)\cup(4,\infty)", "answer", True),
    (r"(x-1)^2+(y+2)^2=9", r"x^2+y^2-2x+4y-4=0", "answer", True),
    (r"3x-4y=12", r"y=\frac34x-3", "answer", True),
    (r"3x-4y=12", r"y=\frac34x+3", "answer", False),
    (r"\{-2, 3\}", r"x=3 \text{ or } x=-2", "answer", True),
    (r"(2, \frac{\pi}{6})", r"(\frac{\pi}{6}, 2)", "answer", False),
    (r"2, 3, 5", "2, 3, 5, 7", "answer", False),
    # the next one was first rejected: transposes were not parsed
    (
        r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}",
        r"\begin{pmatrix} 1 & 2 \end{pmatrix}^T",
        "answer",
        True,
    ),
    # units, money, percent, notation
    (r"\$1{,}250.50", "1250.5 dollars", "answer", True),
    ("3 hours", "180 seconds", "answer", False),
    (r"12.5\%", r"\frac18", "answer", True),
    (r"12.5\%", "125", "answer", False),
    ("1.5e3", "1,500", "answer", True),
    (r"7\frac{1}{2}", r"7 \cdot \frac12", "answer", False),
    # worked texts
    (
        "18",
        "I first thought 20.\n\nSo in total $9 \\cdot 2 = 18$.\n\n**Answer: 18**",
        "response",
        True,
    ),
    ("18", "The answer is not 18. The answer is 19.", "response", False),
    (
        "3/8",
        r"<think>Perhaps \boxed{1/2}?</think> Hence the probability is $\frac{3}{8}$.",
        "response",
        True,
    ),
    ("42", "Por lo tanto, la respuesta es 42.", "response", True),
    ("42", "Donc, la réponse n'est pas 42.", "response", False),
    ("1200", "因此,她一共付了 **1,200** 元。", "response", True),
    ("7", r"Either \boxed{7} or \boxed{9}.", "response", False),
    ("7", "Therefore there are 7 red and 9 blue balls.", "response", False),
]
