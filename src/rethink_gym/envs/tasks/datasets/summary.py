"""The XSUM and TLDR data sets: texts to summarize."""

from os import PathLike
from typing import ClassVar

from rethink_gym.envs.tasks.base.row_task import RowTask
from rethink_gym.envs.tasks.base.rows import Row
from rethink_gym.problem import Problem
from rethink_gym.verifiers.similarity import SimilarityVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["TLDR", "XSUM"]


class _Summary(RowTask):
    """Texts with reference summaries.

    A subclass names its columns and the instruction in the prompt.

    Args:
        data: A local file or folder, or a name on the hub; see `read_rows`.
        metric: One of the metrics of `SimilarityVerifier`.

    Raises:
        DataNotFoundError: If ``data`` is neither a file, a folder nor a data set on the hub.
        DataError: If a file cannot be read.
        HubUnavailableError: If the hub is needed and does not answer.
        MissingExtraError: If a package is needed and not installed.
    """

    TEXT: ClassVar[str]
    """Name of the column with the text."""

    SUMMARY: ClassVar[str]
    """Name of the column with the reference summary."""

    INSTRUCTION: ClassVar[str]
    """What the prompt has after the text."""

    def __init__(self, data: str | PathLike[str], metric: str) -> None:
        self.metric = metric
        super().__init__(data)

    def make_problem(self, row: Row, problem_id: str) -> Problem:
        """Make the problem of a row.

        Raises:
            DataError: If a text is missing.
        """
        gold = row.text(self.SUMMARY).strip()
        prompt = f"{row.text(self.TEXT).strip()}{self.INSTRUCTION}"
        return Problem(problem_id, prompt, gold, gold)

    def make_verifier(self) -> Verifier:
        """Build the verifier of similarity to the reference."""
        return SimilarityVerifier(self.metric)


class XSUM(_Summary):
    """News articles, each to be summarized in one sentence.

    **Example.** ``The full cost of damage in Newton Stewart ... is still being
    assessed. ... Summarize the article in one sentence.`` Answer: a sentence, which is
    compared with the first sentence of the published article.

    **Difficulty.** Articles of a few hundred words; no arguments.

    **Splits.** ``train``, ``validation`` and ``test``, as in the data set.

    **Reward.** Similarity of the answer to the reference by ``metric``, in [0, 1].

    **Termination.** After the last attempt.

    **Ids.** ``XSUM-v0``, ``XSUMSelfCorrect-v0``.

    Args:
        data: A local file or folder with the columns ``document`` and ``summary`` (see
            `read_rows`), or a name on the hub.
        metric: One of the metrics of `SimilarityVerifier`.

    References:
        Narayan et al., "Don't Give Me the Details, Just the Summary!", 2018
        (arXiv:1808.08745).
    """

    name: ClassVar = "xsum"
    HUB_NAME: ClassVar = "EdinburghNLP/xsum"
    TEXT: ClassVar = "document"
    SUMMARY: ClassVar = "summary"
    INSTRUCTION: ClassVar = "\n\nSummarize the article in one sentence."

    def __init__(self, data: str | PathLike[str] = HUB_NAME, *, metric: str = "rouge_l") -> None:
        super().__init__(data, metric)


class TLDR(_Summary):
    """Forum posts, each to be summarized in one or two sentences.

    **Example.** ``SUBREDDIT: r/relationships TITLE: ... POST: ... TL;DR:`` Answer: a
    summary, which is compared with the summary by the author of the post.

    **Difficulty.** Posts of a few hundred words; no arguments.

    **Splits.** ``train``, ``validation`` and ``test``, as in the data set.

    **Reward.** Similarity of the answer to the reference by ``metric``, in [0, 1].

    **Termination.** After the last attempt.

    **Ids.** ``TLDR-v0``, ``TLDRSelfCorrect-v0``.

    Args:
        data: A local file or folder with the columns ``prompt`` and ``completion`` (see
            `read_rows`), or a name on the hub.
        metric: One of the metrics of `SimilarityVerifier`.

    References:
        Völske et al., "TL;DR: Mining Reddit to Learn Automatic Summarization", 2017.
        Stiennon et al., "Learning to summarize from human feedback", 2020
        (arXiv:2009.01325), who selected these posts.
    """

    name: ClassVar = "tldr"
    HUB_NAME: ClassVar = "trl-lib/tldr"
    TEXT: ClassVar = "prompt"
    SUMMARY: ClassVar = "completion"
    INSTRUCTION: ClassVar = ""  # the posts end in "TL;DR:"

    def __init__(self, data: str | PathLike[str] = HUB_NAME, *, metric: str = "rouge_l") -> None:
        super().__init__(data, metric)
