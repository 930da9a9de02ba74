"""The WMT22 test sets, and other data sets of translations."""

from collections.abc import Mapping
from os import PathLike
from typing import ClassVar

from rethink_gym.envs.tasks.base.row_task import RowTask
from rethink_gym.envs.tasks.base.rows import Row
from rethink_gym.errors import DataError, argument_error, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verifiers.similarity import SimilarityVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["WMT22"]

_LANGUAGES = {
    "cs": "Czech",
    "de": "German",
    "en": "English",
    "fr": "French",
    "hr": "Croatian",
    "is": "Icelandic",
    "ja": "Japanese",
    "liv": "Livonian",
    "ru": "Russian",
    "sah": "Yakut",
    "uk": "Ukrainian",
    "zh": "Chinese",
}


class WMT22(RowTask):
    """Sentences to translate from one language into another.

    **Example.** ``Translate from English into German: I like tea.`` Answer: ``Ich mag
    Tee.``

    **Difficulty.** Depends on the pair of languages.

    **Splits.** The splits of the data; a single file is the split ``test``.

    **Reward.** Similarity of the answer to the reference by ``metric``, in [0, 1].

    **Termination.** After the last attempt.

    **Ids.** ``WMT22-v0``, ``WMT22SelfCorrect-v0``.

    Args:
        data: A local file or folder, or a name on the hub; see `read_rows`. Each row holds
            a text per language code, such as ``{"en": ..., "de": ...}``, or one such object
            under ``translation`` or under the pair, ``en-de``.
        source: Code of the language to translate from.
        target: Code of the language to translate into.
        metric: ``"chrf"``, ``"sacrebleu"`` or another metric of `SimilarityVerifier`.

    Raises:
        ArgumentError: If ``source`` or ``target`` is an unknown code, or both are equal.
        DataNotFoundError: If ``data`` is neither a file, a folder nor a data set on the hub.
        DataError: If a row lacks a language.
        HubUnavailableError: If the hub is needed and does not answer.
        MissingExtraError: If a package is needed and not installed.

    References:
        Kocmi et al., "Findings of the 2022 Conference on Machine Translation (WMT22)",
        2022. The copy on the hub was made by Xu et al., 2023 (arXiv:2309.11674).
    """

    name: ClassVar = "wmt22"
    HUB_NAME: ClassVar = "haoranxu/WMT22-Test"

    def __init__(
        self,
        data: str | PathLike[str] = HUB_NAME,
        *,
        source: str = "en",
        target: str = "de",
        metric: str = "chrf",
    ) -> None:
        self.source = check_choice("source", source, _LANGUAGES)
        self.target = check_choice("target", target, _LANGUAGES)
        if source == target:
            raise argument_error("target", f"another language than source ({source!r})", target)
        self.metric = metric
        super().__init__(data)

    @property
    def subset(self) -> str:
        """Name of the subset: the pair of languages, such as ``en-de``."""
        return f"{self.source}-{self.target}"

    def make_problem(self, row: Row, problem_id: str) -> Problem:
        """Make the problem of a row.

        Raises:
            DataError: If the text of a language is missing.
        """
        texts = self._language_texts(row)
        languages = f"from {_LANGUAGES[self.source]} into {_LANGUAGES[self.target]}"
        gold = texts[self.target].strip()
        return Problem(
            problem_id, f"Translate {languages}:\n{texts[self.source].strip()}", gold, gold
        )

    def make_verifier(self) -> Verifier:
        """Build the verifier of similarity to the reference."""
        return SimilarityVerifier(self.metric)

    def _language_texts(self, row: Row) -> Mapping[str, str]:
        for texts in (row.values.get(self.subset), row.values.get("translation"), row.values):
            if isinstance(texts, Mapping):
                pair = {code: texts.get(code) for code in (self.source, self.target)}
                if all(isinstance(text, str) for text in pair.values()):
                    return pair  # type: ignore[return-value]  # mypy does not follow all()
        raise DataError(
            f"{row.location}, must have texts under {self.source!r} and {self.target!r}, got "
            f"{', '.join(map(repr, row.values))}."
        )
