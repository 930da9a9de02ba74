"""Extraction of programs from answers, and the candidate sources of each."""

import time

import pytest

from rethink_gym.verifiers.code.extraction import MAX_ANSWER_CHARS, extract_program

F = "def f(n):\n    return n + 1"
WRONG = "def f(n):\n    return 0"
G = "def g(n):\n    return 0"
SIGNATURE = 'import math\n\ndef h(x):\n    return x\n\ndef f(n):\n    """Add one."""\n'
BODY = "    return n + 1"


def first_valid(text: str, entry_point: str = "f", signature: str = "") -> str | None:
    """Return the first candidate source of a text that is valid Python."""
    program = extract_program(text, entry_point, signature)
    for source in program.sources if program else ():
        try:
            compile(source, "", "exec")
        except (SyntaxError, ValueError):
            continue
        return source.strip("\n")
    return None


def fence(code: str, mark: str = "```python") -> str:
    return f"{mark}\n{code}\n{mark[:3]}"


@pytest.mark.parametrize(
    "text",
    [
        F,
        f"\n\n{F}\n\n",
        fence(F),
        fence(F, "```"),
        fence(F, "```py"),
        fence(F, "``` Python3"),
        fence(F, "~~~python"),
        fence(F, "```{.python}"),
        f"Here it is:\n\n{fence(F)}\n\nIt adds one.",
        f"```python\n{F}",
        f"````python\n{F}\n````",
        fence(F).replace("\n", "\r\n"),
        "\ufeff" + fence(F),
        "- item\n\n" + "\n".join("  " + line for line in fence(F).split("\n")),
        f"{fence(G)}\nand\n{fence(F)}",
        f"{fence(F)}\nThe output:\n{fence('2', '```')}",
        f"{fence(F)}\nUse it:\n{fence('print(f(1))')}",
        f"{fence(WRONG)}\nNo, better:\n{fence(F)}",
        f"{fence('pip install x', '```bash')}\n{fence(F)}",
        f"<think>\n{fence(WRONG)}\n</think>\n{fence(F)}",
        f"<think>def f</think>{F}",
        f"A: {F}",
        f"Answer:\n{F}",
        f"**Answer:** {F}",
        f"Here is the function:\n{F}\n\nThis function adds one to its argument.",
        f"Sure! import the result as you like.\n\n{F}\nHope this helps.",
        "\n".join("    " + line for line in F.split("\n")),
    ],
)
def test_the_program_is_found(text: str) -> None:
    assert first_valid(text) == F


@pytest.mark.parametrize(
    ("text", "program"),
    [
        (f"{fence('import os')}\n{fence(F)}", F),
        (f"import math\n\n{G}\n\n{F}\n", f"import math\n\n{G}\n\n{F}"),
        (f"X = 3\n{F}\nDone.", f"X = 3\n{F}"),
        ("class f:\n    pass", "class f:\n    pass"),
        ("f = lambda n: n + 1", "f = lambda n: n + 1"),
        ("async def f(n):\n    return 1", "async def f(n):\n    return 1"),
        (f'{F}\n"""\nA text of prose.\n"""\nx = 1', f'{F}\n"""\nA text of prose.\n"""\nx = 1'),
        ("def f(n):\n\treturn n", "def f(n):\n\treturn n"),
        (fence(G), G),  # without the entry point: the failure is reported when it runs
    ],
)
def test_every_part_of_the_program_is_kept(text: str, program: str) -> None:
    assert first_valid(text) == program


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        f"{BODY}\n",
        f"\n{BODY}\n\nThis returns the next number.",
        "return n + 1",
        fence(BODY),
        fence("return n + 1"),
        "\treturn n + 1",
    ],
)
def test_a_body_completes_the_signature(text: str) -> None:
    source = first_valid(text, signature=SIGNATURE)
    assert source is not None
    space: dict[str, object] = {}
    exec(source, space)
    assert space["f"](1) == 2  # type: ignore[operator]


def test_other_functions_are_a_program_without_the_entry_point_and_not_its_body() -> None:
    other = "def g(n):\n    return n + 1"
    assert first_valid(fence(other), signature=SIGNATURE) == other
    used = first_valid(fence(f"{other}\nreturn g(n)"), signature=SIGNATURE)
    assert used is not None
    assert used.startswith(SIGNATURE)


def test_a_body_with_other_indentation_than_the_prompt_completes_the_signature() -> None:
    signature = 'def f(n):\n\t"""Add one."""\n'
    assert first_valid("    m = n + 1\n    return m", signature=signature) == (
        "def f(n):\n    m = n + 1\n    return m"
    )


def test_a_whole_function_may_use_the_imports_of_the_prompt() -> None:
    text = "def f(n):\n    return h(n) + math.floor(1.5)"
    source = first_valid(fence(text), signature=SIGNATURE)
    assert source is not None
    assert source.startswith("import math")
    assert source.endswith(text)


def test_future_imports_stay_first() -> None:
    text = f"from __future__ import annotations\n{F}"
    assert first_valid(text, signature=SIGNATURE) == text


def test_a_variable_in_a_body_named_like_the_function_is_not_its_definition() -> None:
    body = "    f = n + 1\n    return f"
    source = first_valid(body, signature=SIGNATURE)
    assert source is not None
    assert source.endswith(f'"""Add one."""\n{body}')


@pytest.mark.parametrize(
    "text",
    ["", "   \n", "I do not know.", "```\n```", f"{F}</think>", "The answer is 42."],
)
def test_prose_is_not_a_program(text: str) -> None:
    assert extract_program(text, "f", SIGNATURE) is None


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("print(input())", "print(input())"),
        (fence("print(1)"), "print(1)"),
        (f"{fence('print(1)')}\nIt prints\n{fence('1', '```')}", "print(1)"),
        (f"A: {'import sys'}\nprint(1)", "import sys\nprint(1)"),
    ],
)
def test_a_program_without_an_entry_point_is_found(text: str, program: str) -> None:
    assert first_valid(text, entry_point="") == program


UNITS = (
    *(
        "```\n",
        "```python\n",
        "~~~",
        "``` ",
        "`",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "</think>",
        "\u00e9",
    ),
    *("def f(", "def f(n):\n", "def f", "class A", "@a\n", "import a,", "import a as b", "from a "),
    *(
        "a[",
        "a[]",
        "a[]:",
        "a.",
        "=",
        "x = ",
        ":",
        "#",
        '"""',
        "'''\n",
        "(",
        "_",
        "* ",
        "A:",
        "A: ",
    ),
    *("answer ", "if ", "return ", "    x\n"),
)


@pytest.mark.parametrize("unit", UNITS)
def test_extraction_is_fast_for_every_text(unit: str) -> None:
    started = time.process_time()
    for text in (
        unit * (60_000 // len(unit)),
        "```" + unit * 20_000 + "`",
        f"{F}\n{unit * 20_000}",
    ):
        extract_program(text, "f", SIGNATURE)
        extract_program(text, "", "")
    assert time.process_time() - started < 2.0


def test_the_length_limit_is_far_above_the_length_of_programs() -> None:
    assert MAX_ANSWER_CHARS >= 100_000
