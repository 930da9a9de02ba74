"""The outcome reward model: how likely a solution that begins so is to end well."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from rethink_gym.agents.batching.batch import outputs_at
from rethink_gym.agents.demonstrations import encode_text
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.conversation import Conversation, Message, Role
from rethink_gym.episode import Episode
from rethink_gym.errors import DataNotFoundError, argument_error, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verifiers.steps.segmentation import split_steps

__all__ = [
    "OutcomeRewardModel",
    "Prefixes",
    "like_lengths",
    "outcome_loss",
    "step_prefixes",
    "step_rewards",
]

_HEAD = "outcome_head.safetensors"


@dataclass(frozen=True, slots=True)
class Prefixes:
    """An answer with all that was said before, and the ends of its prefixes.

    Attributes:
        token_ids: All tokens.
        ends: The last token of each prefix.
    """

    token_ids: tuple[int, ...]
    ends: tuple[int, ...]


class OutcomeRewardModel:
    """A language model with a head that says how likely a beginning is to end well.

    The head reads the last hidden state at the end of each step. It is a
    `PrefixScorer`: `StepVerifier` takes it as it is.

    Args:
        policy: The language model below the head; trained along with it.

    Attributes:
        policy: The language model.
        head: From a hidden state to the logit of a good end; zero at first, which
            says one half of everything.

    References:
        Havrilla et al., "Teaching Large Language Models to Reason with Reinforcement
        Learning", 2024, section 3 (arXiv:2403.04642); Cobbe et al., "Training
        Verifiers to Solve Math Word Problems", 2021, section 4 (arXiv:2110.14168).
    """

    def __init__(self, policy: LanguageModel) -> None:
        self.policy = policy
        width = policy.model.config.get_text_config().hidden_size
        self.head = nn.Linear(width, 1, device=policy.device)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    @classmethod
    def from_pretrained(cls, folder: str | Path, *, device: str | torch.device = "cpu") -> Self:
        """Load a model that `save_pretrained` wrote.

        Args:
            folder: Where it lies; that of a run or a checkpoint of `ORM` will do.
            device: Where it runs.

        Returns:
            The model.

        Raises:
            DataNotFoundError: If there is none.
            ModelError: If the language model in it cannot be used.
        """
        homes = (Path(folder) / place for place in ("", "orm", "checkpoint/orm"))
        home = next((home for home in homes if (home / _HEAD).is_file()), None)
        if home is None:
            raise DataNotFoundError(
                f"folder must hold an outcome reward model with {_HEAD}, got {str(folder)!r}. "
                "`rethink train orm` makes one; give the folder of its run."
            )
        model = cls(LanguageModel.from_pretrained(str(home), device=device))
        model.head.load_state_dict(load_file(home / _HEAD, device=str(device)))
        return model

    def save_pretrained(self, folder: str | Path) -> None:
        """Save the language model in the layout of transformers, and the head beside it.

        Args:
            folder: Where to; made if it is missing.
        """
        self.policy.save_pretrained(folder)
        save_file(self.head.state_dict(), Path(folder) / _HEAD)

    def parameters(self) -> list[nn.Parameter]:
        """Return the weights that are trained, for an optimizer."""
        own = [*self.policy.model.parameters(), *self.head.parameters()]
        return [parameter for parameter in own if parameter.requires_grad]

    def encode(self, conversation: Conversation, pieces: Sequence[str]) -> Prefixes:
        """Put an answer into tokens.

        Args:
            conversation: What was said before it.
            pieces: The answer in pieces; it is looked at after each one.

        Returns:
            The tokens and where to look. What does not fit into the context of the
            model is cut off, and judged by what does.
        """
        token_ids = [*self.policy.tokenize(conversation).token_ids]
        ends = []
        for piece in pieces:
            token_ids += encode_text(self.policy, piece)
            ends.append(len(token_ids) - 1)
        most = self.policy.max_length or len(token_ids)
        return Prefixes(tuple(token_ids[:most]), tuple(min(end, most - 1) for end in ends))

    def logits(self, rows: Sequence[Prefixes]) -> list[Tensor]:
        """Return the logits of a good end at every place of some answers.

        Args:
            rows: The answers, as of `encode`.

        Returns:
            For each answer a tensor of shape ``(pieces,)``, float32.
        """
        device = self.policy.device
        token_ids = nn.utils.rnn.pad_sequence(
            [torch.tensor(row.token_ids) for row in rows], batch_first=True
        )
        places = [(number, end) for number, row in enumerate(rows) for end in row.ends]
        where = torch.tensor(places, dtype=torch.long, device=device).reshape(-1, 2)
        _, hidden = outputs_at(self.policy.model, token_ids.to(device), where[:, 0], where[:, 1])
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
        """Return the probability of a good end after each piece of some answers.

        Args:
            conversations: What was said before each answer.
            answers: The pieces of each answer, in order.
            max_tokens: Most tokens computed at once.

        Returns:
            For each answer one number in [0, 1] per piece.
        """
        rows = [self.encode(*each) for each in zip(conversations, answers, strict=True)]
        found: dict[int, list[float]] = {}
        for part in like_lengths([len(row.token_ids) for row in rows], max_tokens):
            logits = self.logits([rows[place] for place in part])
            found.update(zip(part, (own.sigmoid().tolist() for own in logits), strict=True))
        return [found[place] for place in range(len(rows))]

    def score_prefixes(self, prompt: str | Conversation, answer: str) -> list[float]:
        """Score an answer after each of its steps.

        Args:
            prompt: The problem's prompt, or all that was said before.
            answer: The answer; its steps are those of `split_steps`.

        Returns:
            One number in [0, 1] per step; for an answer without any step, one.
        """
        (scores,) = self.scores([_conversation(prompt)], [step_prefixes(answer)])
        return scores

    def score_episodes(self, episodes: Sequence[Episode]) -> list[float]:
        """Score what was said last in some episodes, for reranking them.

        Args:
            episodes: What was played.

        Returns:
            One number in [0, 1] per episode.
        """
        said_before = [episode.conversation[:-1] for episode in episodes]
        answers = [step_prefixes(episode.turns[-1].completion.text) for episode in episodes]
        return [scores[-1] for scores in self.scores(said_before, answers)]

    def rerank(self, prompt: str | Conversation, answers: Sequence[str]) -> list[int]:
        """Order answers by how likely they are to be right.

        Args:
            prompt: The problem's prompt, or all that was said before.
            answers: Answers to it.

        Returns:
            Their places, the likeliest first; of equal ones the first.
        """
        conversation = _conversation(prompt)
        scores = self.scores([conversation] * len(answers), list(map(step_prefixes, answers)))
        return sorted(range(len(answers)), key=lambda place: -scores[place][-1])

    def __call__(self, problem: Problem, prefixes: Sequence[str], /) -> list[float]:
        """Score the beginnings of one solution, as a `PrefixScorer`.

        Args:
            problem: The problem that it answers.
            prefixes: The beginnings, shortest first.

        Returns:
            One number in [0, 1] per prefix.

        Raises:
            ArgumentError: If one is no beginning of the next.
        """
        starts = ["", *prefixes][:-1] if prefixes else []
        for shorter, longer in zip(starts, prefixes, strict=True):
            if not longer.startswith(shorter):
                raise argument_error("prefixes", "beginnings of one solution", longer)
        pieces = [longer[len(shorter) :] for shorter, longer in zip(starts, prefixes, strict=True)]
        (scores,) = self.scores([_conversation(problem.prompt)], [pieces])
        return scores


def like_lengths(lengths: Sequence[int], max_tokens: int) -> Iterator[list[int]]:
    """Cut a batch of rows into parts of like lengths.

    Args:
        lengths: Tokens of each row.
        max_tokens: Most tokens in one part, padding included; a row that is longer
            makes a part of its own.

    Yields:
        Places of rows, the shortest first; each is in exactly one part.
    """
    part: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if part and (len(part) + 1) * lengths[place] > max_tokens:
            yield part
            part = []
        part.append(place)
    if part:
        yield part


def step_prefixes(answer: str) -> list[str]:
    """Cut an answer behind each of its steps; at least one piece."""
    ends = [step.end for step in split_steps(answer)] or [len(answer)]
    return [answer[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def outcome_loss(logits: Tensor, is_correct: Tensor) -> Tensor:
    """Return the binary cross-entropy of every prefix with the label of the whole.

    Args:
        logits: Of a good end after each prefix, shape ``(prefixes,)``.
        is_correct: Whether the solution that each belongs to ended well, same shape.

    Returns:
        The mean over all prefixes, in nats.

    Raises:
        ArgumentError: If the shapes differ.

    References:
        Havrilla et al. 2024, section 3 (arXiv:2403.04642).
    """
    if logits.shape != is_correct.shape:
        raise argument_error(
            "is_correct", f"of shape {tuple(logits.shape)}", tuple(is_correct.shape)
        )
    return nn.functional.binary_cross_entropy_with_logits(logits, is_correct.float())


def step_rewards(scores: Sequence[float], form: str) -> list[float]:
    """Turn the scores of an answer's prefixes into rewards of its steps.

    ``"sparse"`` pays the score of the whole at the last step. ``"potential"`` pays what
    each step adds to the score of the one before, and sums to the same. ``"dense"``
    pays every step its score, and so pays for many steps.

    Args:
        scores: After each step, in [0, 1].
        form: ``"sparse"``, ``"potential"`` or ``"dense"``.

    Returns:
        One reward per step.

    Raises:
        ArgumentError: If there is no such form.

    References:
        Ng et al., "Policy Invariance under Reward Transformations", 1999, section 3.
    """
    match check_choice("form", form, ("dense", "potential", "sparse")):
        case "dense":
            return list(scores)
        case "potential":
            before = [0.0, *scores[:-1]]
            return [after - score for after, score in zip(scores, before, strict=True)]
        case _:
            return [0.0] * (len(scores) - 1) + list(scores[-1:])


def _conversation(prompt: str | Conversation) -> Conversation:
    return (Message(Role.USER, prompt),) if isinstance(prompt, str) else prompt
