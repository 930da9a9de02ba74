"""Texts to be summarized: the XSUM and TLDR data sets."""

from os import PathLike
from typing import ClassVar

from rethink_gym.envs.tasks.base.row_task import RowTask
from rethink_gym.envs.tasks.base.rows import Row
from rethink_gym.problem import Problem
from rethink_gym.verifiers.similarity import SimilarityVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["TLDR", "XSUM"]


class XSUM(RowTask):
    """News articles, each to be summarized in one sentence.

    **Example.** ``The full cost of damage in Newton Stewart ... is still being
    assessed. ... Summarize the article in one sentence.`` Answer: a sentence, which is
    compared with the one that stands above the article.

    **Difficulty.** Articles of a few hundred words; no arguments.

    **Splits.** ``train``, ``validation`` and ``test``, those of the data set.

    **Reward.** How alike the answer is to the reference, by ``metric``, in [0, 1].

    **Termination.** After the last attempt.

    **Ids.** ``XSUM-v0``, ``XSUMSelfCorrect-v0``.

    Args:
        data: A local file or folder with the columns ``document`` and ``summary`` (see
            `read_rows`), or a name on the hub.
        metric: One of the metrics of `SimilarityVerifier`.

    Raises:
        DataNotFoundError: If there is no such file, folder or data set.
        DataError: If a file cannot be read.
        HubUnavailableError: If the hub is needed and does not answer.
        MissingExtraError: If a package is needed and not installed.

    References:
        Narayan et al., "Don't Give Me the Details, Just the Summary!", 2018
        (arXiv:1808.08745).
    """

    name: ClassVar = "xsum"
    HUB_NAME: ClassVar = "EdinburghNLP/xsum"

    def __init__(self, data: str | PathLike[str] = HUB_NAME, *, metric: str = "rouge_l") -> None:
        self.metric = metric
        super().__init__(data)

    def make_problem(self, row: Row, problem_id: str) -> Problem:
        """Make the problem of a row.

        Raises:
            DataError: If a text is missing.
        """
        prompt = f"{row.text('document').strip()}\n\nSummarize the article in one sentence."
        gold = row.text("summary").strip()
        return Problem(problem_id, prompt, gold, gold)

    def make_verifier(self) -> Verifier:
        """Build the verifier that compares with the reference."""
        return SimilarityVerifier(self.metric)


class TLDR(RowTask):
    """Posts of a forum, each to be summarized in a sentence or two.

    **Example.** ``SUBREDDIT: r/relationships TITLE: ... POST: ... TL;DR:`` Answer: a
    summary, which is compared with the one that the post's author wrote.

    **Difficulty.** Posts of a few hundred words; no arguments.

    **Splits.** ``train``, ``validation`` and ``test``, those of the data set.

    **Reward.** How alike the answer is to the reference, by ``metric``, in [0, 1].

    **Termination.** After the last attempt.

    **Ids.** ``TLDR-v0``, ``TLDRSelfCorrect-v0``.

    Args:
        data: A local file or folder with the columns ``prompt`` and ``completion`` (see
            `read_rows`), or a name on the hub.
        metric: One of the metrics of `SimilarityVerifier`.

    Raises:
        DataNotFoundError: If there is no such file, folder or data set.
        DataError: If a file cannot be read.
        HubUnavailableError: If the hub is needed and does not answer.
        MissingExtraError: If a package is needed and not installed.

    References:
        Völske et al., "TL;DR: Mining Reddit to Learn Automatic Summarization", 2017.
        Stiennon et al., "Learning to summarize from human feedback", 2020
        (arXiv:2009.01325), whose selection it is.
    """

    name: ClassVar = "tldr"
    HUB_NAME: ClassVar = "trl-lib/tldr"

    def __init__(self, data: str | PathLike[str] = HUB_NAME, *, metric: str = "rouge_l") -> None:
        self.metric = metric
        super().__init__(data)

    def make_problem(self, row: Row, problem_id: str) -> Problem:
        """Make the problem of a row.

        Raises:
            DataError: If a text is missing.
        """
        gold = row.text("completion").strip()
        return Problem(problem_id, row.text("prompt").strip(), gold, gold)

    def make_verifier(self) -> Verifier:
        """Build the verifier that compares with the reference."""
        return SimilarityVerifier(self.metric)
