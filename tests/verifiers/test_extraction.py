"""Extraction: which part of a worked text is the answer."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rethink_gym.verifiers.extraction import Extraction, Mark, extract_answer


@pytest.mark.parametrize(
    ("text", "answer", "mark"),
    [
        (r"So \boxed{7}.", "7", Mark.BOX),
        (r"\boxed{6}, no: \boxed{7}", "7", Mark.BOX),
        (r"\boxed{\frac{1}{2}} is it. A: 3", r"\frac{1}{2}", Mark.BOX),
        (r"\boxed{\boxed{7}}", r"\boxed{7}", Mark.BOX),
        (r"\fbox{7}", "7", Mark.BOX),
        (r"\boxed 7", "7", Mark.BOX),
        (r"\boxed{1} and \boxed{2}", "1 , 2", Mark.BOX),
        (r"$\boxed{1}$, $\boxed{2}$", "1 , 2", Mark.BOX),
        (r"\boxed{5} or \boxed{6}", "5 or 6", Mark.BOX),
        (r"\boxed{1} it was. But then \boxed{2}", "2", Mark.BOX),
        ("5+2=7\n#### 7", "7", Mark.HASHES),
        ("#### 6\nA: 7\n#### 8", "8", Mark.HASHES),
        ("5+2=7\nA: 7", "7", Mark.LINE),
        ("A: 6\nor rather\nA: 7", "7", Mark.LINE),
        ("A: 7\nThat was easy.", "7", Mark.LINE),
        ("**Final Answer:** 7", "7", Mark.LINE),
        ("Done. Final Answer: The final answer is $7$. I hope it is correct.", "$7$", Mark.LINE),
        ("The answer is 7.", "7", Mark.SENTENCE),
        ("The answer is 3.5. Good.", "3.5", Mark.SENTENCE),
        ("The answer is 6. No, the answer is 7.", "7", Mark.SENTENCE),
        ("First 2x = 10. Therefore, x = 5.", "x = 5", Mark.CONCLUSION),
        ("Many. Thus there are 12 different ways.", "12 different ways", Mark.CONCLUSION),
        (r"We get $x = 5$.", "x = 5", Mark.FORMULA),
        ("42", "42", Mark.BARE),
        (" x=-2\n", "x=-2", Mark.BARE),
        (r"<think>\boxed{6} #### 6</think>A: 7", "7", Mark.LINE),
        ("Final Answer: The largest $n$ is 34.", "34.", Mark.LINE),
        (
            r"So \boxed{3}. Final Answer: The final answer is $4$. I hope it is correct.",
            "$4$",
            Mark.LINE,
        ),
        ("Let $x=2.$ Therefore, it grows by 100%.", "100%", Mark.CONCLUSION),
        # other languages
        ("Donc, il a déjà 79 g de cire.", "79", Mark.CONCLUSION),
        ("Le coût final est donc de 100 - 30 = 70", "100 - 30 = 70", Mark.CONCLUSION),
        ("En conclusion, la probabilité de 1 sur 4 est de **25%**.", "25%", Mark.CONCLUSION),
        ("Réponse : il doit encore 220 $ d'ici 12 mois.", "220 $", Mark.SENTENCE),
        ("Por lo tanto, quedan 12 libros.", "12", Mark.CONCLUSION),
        ("La respuesta es 12.", "12", Mark.SENTENCE),
        ("Die Antwort lautet 12.", "12", Mark.SENTENCE),
        ("Ответ: 12", "12", Mark.SENTENCE),
        ("Следовательно, осталось 12 книг.", "12", Mark.CONCLUSION),
        ("所以，一共有3 + 10 = 13只鸟。", "13", Mark.CONCLUSION),  # noqa: RUF001
        ("因此，她的体重是192公斤。", "192", Mark.CONCLUSION),  # noqa: RUF001
        ("答案：每份应该是5吨。", "5", Mark.SENTENCE),  # noqa: RUF001
        ("لذا، الناتج هو **66**.", "66", Mark.CONCLUSION),
        ("इसलिए, दुकान में अब 67 कमीजें हैं।", "67", Mark.CONCLUSION),
    ],
)  # fmt: skip
def test_the_stated_rule_finds_the_answer(text: str, answer: str, mark: Mark) -> None:
    assert extract_answer(text) == Extraction(answer, mark)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n ",
        "She has 5 apples and eats 3 of them every day.",
        "2+2=4\n4+3=7",
        "The price will be $41.472+$8.2944 = $<<41.472+8.",
        "A:",
        r"\boxed{}",
        r"\boxed",
        r"\boxed{5\boxed{5",
        r"<think>\boxed{6}</think>",
        "Hence it is not 5 but perhaps something else.",
        "Thus **5** or **6** will do for all of us.",
        "Therefore, it is **5** or 6, whatever they say.",
        "Therefore, the answer cannot be 5 at all.",
        "Therefore, 5 is wrong.",
        "Hence more than 5 are left.",
        "Donc, ce n'est pas 5.",
        "因此，不是5。",  # noqa: RUF001
        "她有5个苹果。",
    ],
)
def test_a_text_without_a_marked_answer_has_none(text: str) -> None:
    assert extract_answer(text) is None


@pytest.mark.parametrize(
    "piece",
    [
        r"\boxed{",
        r"\boxed{5}",
        r"\boxed{5},",
        "A:",
        "réponse: 1",
        "因此",
        "**5**",
        "$5$ and ",
        "1",
        "answer is ",
        "Therefore ",
        "\n",
        "#",
        "answer \\[",
        r"\(",
        "$a$ ",
        "aa ",
        " ",
        "<think>",
        "</think>",
        "I hope it is correct. ",
    ],
)
def test_a_hundred_thousand_characters_take_no_noticeable_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    extract_answer(text)
    assert time.process_time() - started < 0.5


@given(st.text(max_size=60))
def test_spaces_around_a_text_change_nothing(text: str) -> None:
    assert extract_answer(f"  {text}\n ") == extract_answer(text)


@given(st.text(alphabet=r"\boxed{}A: 5#$an()[].", max_size=80))
def test_no_text_makes_extraction_fail(text: str) -> None:
    found = extract_answer(text)
    assert found is None or found.text.strip()
