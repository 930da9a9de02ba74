"""Gold answers that carry what they are judged by, where many answers are right.

Such a gold is written ``answer given [question]``: a right answer, then the question in a
notation that the verifier reads, such as ``p=true, q=false given [satisfy: p | q]``.
"""

from rethink_gym.verifiers.extraction import extract_answer

__all__ = ["extract_bare_answer", "split_gold", "with_question"]

_MARK = " given ["


def with_question(answer: str, question: str) -> str:
    """Write a gold answer with the question that it is judged by."""
    return f"{answer}{_MARK}{question}]"


def split_gold(gold: str) -> tuple[str, str]:
    """Split a gold answer.

    Args:
        gold: What `with_question` returned, or any other text.

    Returns:
        The answer and the question; the question is empty if there is none.
    """
    answer, mark, question = gold.partition(_MARK)
    return (answer, question.removesuffix("]")) if mark else (gold, "")


def extract_bare_answer(said: str, gold: str) -> str | None:
    """Find the answer in a worked text, without the question of the gold behind it.

    Args:
        said: What the agent said.
        gold: The gold answer.

    Returns:
        The answer without blanks, dollar signs and full stops around it, or None if there
        is none. A question that is not the gold's is left in it.
    """
    found = extract_answer(said)
    if found is None:
        return None
    _, mark, question = gold.partition(_MARK)
    text = found.text.removesuffix(mark + question) if mark else found.text
    return text.strip(" .$") or None
