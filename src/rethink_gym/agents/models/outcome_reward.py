"""Outcome reward model: probability that a partial solution ends correct."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from rethink_gym.agents.atomic_folder import find_checkpoint
from rethink_gym.agents.batching.lengths import length_groups
from rethink_gym.agents.demonstrations import encode_text
from rethink_gym.agents.models.scalar_head import make_scalar_head
from rethink_gym.agents.objectives.credit import step_prefixes
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.conversation import Conversation, Message, Role
from rethink_gym.episode import Episode
from rethink_gym.errors import DataNotFoundError, argument_error
from rethink_gym.problem import Problem

__all__ = ["OutcomeRewardModel", "Prefixes", "outcome_loss"]

_HEAD = "outcome_head.safetensors"


@dataclass(frozen=True, slots=True)
class Prefixes:
    """An answer after its conversation, and the ends of its prefixes.

    Attributes:
        token_ids: All tokens.
        ends: Index of the last token of each prefix.
    """

    token_ids: tuple[int, ...]
    ends: tuple[int, ...]


class OutcomeRewardModel:
    """A language model with a head that predicts whether a prefix ends correct.

    The head reads the last hidden state at the end of each step. It is a `PrefixScorer`:
    `StepVerifier` accepts it as it is.

    Args:
        policy: The language model below the head; trained along with it.

    Attributes:
        policy: The language model.
        head: From a hidden state to the logit of a correct end; zero at first, so that
            every prefix has probability one half.

    References:
        Havrilla et al., "Teaching Large Language Models to Reason with Reinforcement
        Learning", 2024, section 3 (arXiv:2403.04642); Cobbe et al., "Training
        Verifiers to Solve Math Word Problems", 2021, section 4 (arXiv:2110.14168).
    """

    def __init__(self, policy: LanguageModel) -> None:
        self.policy = policy
        self.head = make_scalar_head(policy.model)

    @classmethod
    def from_pretrained(cls, folder: str | Path, *, device: str | torch.device = "cpu") -> Self:
        """Load a model that `save_pretrained` wrote.

        Args:
            folder: Its folder; that of a run or a checkpoint of `ORM` is accepted, too.
            device: Device of the model.

        Returns:
            The model.

        Raises:
            DataNotFoundError: If the folder holds no such model.
            ModelError: If its language model cannot be loaded.
        """
        checkpoints = (Path(folder), Path(folder) / "checkpoint")
        candidates = (Path(folder), *(find_checkpoint(each) / "orm" for each in checkpoints))
        home = next((home for home in candidates if (home / _HEAD).is_file()), None)
        if home is None:
            raise DataNotFoundError(
                f"folder must hold an outcome reward model with {_HEAD}, got {str(folder)!r}. "
                "`rethink train orm` makes one; give the folder of its run."
            )
        model = cls(LanguageModel.from_pretrained(str(home), device=device))
        model.head.load_state_dict(load_file(home / _HEAD, device=str(device)))
        return model

    def load_weights(self, folder: Path) -> None:
        """Replace the weights by those that `save_pretrained` wrote for the same model."""
        saved = type(self).from_pretrained(folder, device=self.policy.device)
        self.policy.load_trainable_state_dict(saved.policy.trainable_state_dict())
        self.head.load_state_dict(saved.head.state_dict())

    def save_pretrained(self, folder: str | Path) -> None:
        """Save the language model in the layout of transformers, and the head beside it.

        Args:
            folder: The folder; made if it is missing.
        """
        self.policy.save_pretrained(folder)
        save_file(self.head.state_dict(), Path(folder) / _HEAD)

    def parameters(self) -> list[nn.Parameter]:
        """Return the weights that are trained, for an optimizer."""
        own = [*self.policy.model.parameters(), *self.head.parameters()]
        return [parameter for parameter in own if parameter.requires_grad]

    def encode(self, conversation: Conversation, pieces: Sequence[str]) -> Prefixes:
        """Encode an answer.

        Args:
            conversation: The conversation before it.
            pieces: The answer in pieces; each piece ends a prefix.

        Returns:
            The tokens and the ends of the prefixes. What exceeds the context of the model
            is left out; such prefixes are scored by what fits.
        """
        token_ids = [*self.policy.tokenize(conversation).token_ids]
        ends = []
        for piece in pieces:
            token_ids += encode_text(self.policy, piece)
            ends.append(len(token_ids) - 1)
        max_length = self.policy.max_length or len(token_ids)
        last = max_length - 1
        return Prefixes(tuple(token_ids[:max_length]), tuple(min(end, last) for end in ends))

    def logits(self, rows: Sequence[Prefixes]) -> list[Tensor]:
        """Return the logits of a correct end after every prefix of some answers.

        Args:
            rows: The answers, as of `encode`.

        Returns:
            For each answer a tensor of shape ``(pieces,)``, float32.
        """
        device = self.policy.device
        token_ids = nn.utils.rnn.pad_sequence(
            [torch.tensor(row.token_ids) for row in rows], batch_first=True
        )
        ends = [(number, end) for number, row in enumerate(rows) for end in row.ends]
        positions = torch.tensor(ends, dtype=torch.long, device=device).reshape(-1, 2)
        # The state after the last token of a prefix is what its next token is predicted from.
        _, hidden = self.policy.forward_at_positions(
            token_ids.to(device), positions[:, 0], positions[:, 1] + 1
        )
        logits: Tensor = self.head(hidden.float()).squeeze(-1)
        return list(torch.split(logits, [len(row.ends) for row in rows]))

    @torch.no_grad()
    def scores(
        self,
        conversations: Sequence[Conversation],
        answers: Sequence[Sequence[str]],
        *,
        max_tokens: int = 16_384,
    ) -> list[list[float]]:
        """Return the probability of a correct end after each piece of some answers.

        Args:
            conversations: The conversation before each answer.
            answers: The pieces of each answer, in order.
            max_tokens: Maximum number of tokens computed at once.

        Returns:
            For each answer one number in [0, 1] per piece.
        """
        rows = [self.encode(*each) for each in zip(conversations, answers, strict=True)]
        scores: list[list[float]] = [[] for _ in rows]
        lengths = {index: len(row.token_ids) for index, row in enumerate(rows)}
        for part in length_groups(lengths, max_tokens):
            logits = self.logits([rows[index] for index in part])
            for index, own in zip(part, logits, strict=True):
                scores[index] = own.sigmoid().tolist()
        return scores

    def score_episodes(self, episodes: Sequence[Episode]) -> list[float]:
        """Score the last answers of some episodes, for reranking them.

        Args:
            episodes: The episodes.

        Returns:
            One number in [0, 1] per episode.
        """
        conversations = [episode.conversation[:-1] for episode in episodes]
        answers = [step_prefixes(episode.turns[-1].completion.text) for episode in episodes]
        return [scores[-1] for scores in self.scores(conversations, answers)]

    def __call__(self, problem: Problem, prefixes: Sequence[str], /) -> list[float]:
        """Score the prefixes of one solution, as a `PrefixScorer`.

        Args:
            problem: The problem that it answers.
            prefixes: The prefixes, shortest first.

        Returns:
            One number in [0, 1] per prefix.

        Raises:
            ArgumentError: If one is not a prefix of the next.
        """
        starts = ["", *prefixes][:-1] if prefixes else []
        for shorter, longer in zip(starts, prefixes, strict=True):
            if not longer.startswith(shorter):
                raise argument_error("prefixes", "prefixes of one solution", longer)
        pieces = [longer[len(shorter) :] for shorter, longer in zip(starts, prefixes, strict=True)]
        conversation = (Message(Role.USER, problem.prompt),)
        (scores,) = self.scores([conversation], [pieces])
        return scores


def outcome_loss(logits: Tensor, is_correct: Tensor) -> Tensor:
    """Return the binary cross-entropy of every prefix with the label of the whole answer.

    Args:
        logits: Logit of a correct end after each prefix, shape ``(prefixes,)``.
        is_correct: Whether the answer of each prefix ended correct, same shape.

    Returns:
        The mean over all prefixes, in nats.

    Raises:
        ArgumentError: If the shapes differ.

    References:
        Havrilla et al. 2024, section 3 (arXiv:2403.04642).
    """
    if logits.shape != is_correct.shape:
        must_be = f"of shape {tuple(logits.shape)}"
        raise argument_error("is_correct", must_be, tuple(is_correct.shape))
    return nn.functional.binary_cross_entropy_with_logits(logits, is_correct.float())
