"""Trains an outcome reward model on what a policy says, and reranks by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from gymnasium.vector import VectorEnv

from rethink_gym.agents.demonstrations import is_correct
from rethink_gym.agents.models.outcome_reward import (
    OutcomeRewardModel,
    Prefixes,
    like_lengths,
    outcome_loss,
    step_prefixes,
)
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import play_episodes
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.supervised import SupervisedConfig, set_learning_rate
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode
from rethink_gym.errors import check_count

__all__ = ["ORM", "ORMConfig"]


@dataclass(frozen=True, kw_only=True)
class ORMConfig(SupervisedConfig):
    """The settings of the training of an outcome reward model.

    The label on every prefix and the reranking are the paper's; it does not state how
    many samples it trains on.

    Attributes:
        problems_per_update: Problems drawn for each update.
        samples_per_problem: Episodes played of each.
        num_candidates: Answers that are drawn for a message, of which the likeliest to
            be right is said.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    problems_per_update: int = 32
    samples_per_problem: int = 8
    num_candidates: int = 16

    def __post_init__(self) -> None:
        SupervisedConfig.__post_init__(self)
        for name in ("problems_per_update", "samples_per_problem", "num_candidates"):
            check_count(name, getattr(self, name))


class ORM(Algorithm[ORMConfig]):
    """Learns which beginnings of the policy's own solutions end well.

    The policy itself stays as it is. Once the model has learned something, a message is
    the best of several candidates by its score.

    Args:
        policy: Plays the episodes; the model begins as a copy of it.
        env: An environment id, or a vector environment of texts.
        config: The settings.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Attributes:
        model: The outcome reward model; `save` writes it into the folder ``orm`` of a
            checkpoint, for `OutcomeRewardModel.from_pretrained`.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind.

    References:
        Havrilla et al., "Teaching Large Language Models to Reason with Reinforcement
        Learning", 2024, section 3 (arXiv:2403.04642).
    """

    name: ClassVar = "orm"
    config_class: ClassVar = ORMConfig
    default_episodes: ClassVar = 7_680

    def __init__(
        self,
        policy: LanguageModel,
        env: str | VectorEnv[Any, Any, Any],
        config: ORMConfig | None = None,
        *,
        seed: int = 0,
        env_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(policy, env, config, seed=seed, env_kwargs=env_kwargs)
        trunk = policy.frozen_copy()
        weights = zip(trunk.model.parameters(), policy.model.parameters(), strict=True)
        for weight, original in weights:
            weight.requires_grad_(original.requires_grad)
        self.model = OutcomeRewardModel(trunk)
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(),
            lr=self.config.learning_rate,
            weight_decay=self.config.weight_decay,
        )

    @property
    def episodes_per_update(self) -> int:
        """Problems times samples of each."""
        return self.config.problems_per_update * self.config.samples_per_problem

    def collect(self) -> list[Episode]:
        """Play several samples of each of some problems, drawn with the learner's seed."""
        problems = self.random.integers(self.num_problems, size=self.config.problems_per_update)
        repeated = problems.repeat(self.config.samples_per_problem).tolist()
        return play_episodes(_Sampling(self), self.env, repeated, seed=self.seed)

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Pass once over the answers; each prefix has the label of its answer.

        Args:
            episodes: What `collect` returned; every turn is an answer.

        Returns:
            ``loss`` in nats per prefix, ``outcome_accuracy`` as the share of whole answers
            that were called rightly before they were learned, and ``grad_norm``.
        """
        turns = [turn for episode in episodes for turn in episode.turns]
        rows = [
            self.model.encode(
                episode.conversation[: 2 * number + 1], step_prefixes(turn.completion.text)
            )
            for episode in episodes
            for number, turn in enumerate(episode.turns)
        ]
        set_learning_rate(self.optimizer, self.config, self.progress)
        num_batches = -(-len(rows) // self.config.batch_size)
        losses, grad_norm = 0.0, 0.0
        calls: list[bool] = []
        for batch in np.array_split(self.random.permutation(len(rows)), num_batches):
            self.optimizer.zero_grad()
            loss, outcome_accuracy = self._accumulate_gradient(
                [rows[place] for place in batch], [is_correct(turns[place]) for place in batch]
            )
            grad_norm = torch.nn.utils.clip_grad_norm_(
                self.model.parameters(), self.config.max_grad_norm
            ).item()
            self.optimizer.step()
            losses += loss / num_batches
            calls += outcome_accuracy
        return {"loss": losses, "outcome_accuracy": float(np.mean(calls)), "grad_norm": grad_norm}

    def _accumulate_gradient(
        self, rows: Sequence[Prefixes], labels: Sequence[bool]
    ) -> tuple[float, list[bool]]:
        """Add the gradient of the mean loss over all prefixes; returns it, and the calls."""
        num_prefixes = sum(len(row.ends) for row in rows)
        total = 0.0
        calls = []
        max_tokens = self.config.max_tokens_per_micro_batch
        for part in like_lengths([len(row.token_ids) for row in rows], max_tokens):
            logits = self.model.logits([rows[place] for place in part])
            is_good = [
                torch.full_like(own, labels[place]) for own, place in zip(logits, part, strict=True)
            ]
            sizes = sum(map(len, logits))
            loss = outcome_loss(torch.cat(logits), torch.cat(is_good)) * (sizes / num_prefixes)
            loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
            total += loss.item()
            calls += [
                (own[-1].item() > 0) == labels[place]
                for own, place in zip(logits, part, strict=True)
            ]
        return total, calls

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        """Say the candidate that the model thinks likeliest to be right.

        Args:
            conversations: What was said so far.
            deterministic: Has an influence only before the first update, when there is
                nothing to choose by: then the likeliest message is said.

        Returns:
            One completion per conversation.
        """
        if self.num_updates == 0:
            return self.sample(conversations, deterministic=deterministic)
        num_candidates = self.config.num_candidates
        repeated = [each for each in conversations for _ in range(num_candidates)]
        candidates = self.sample(repeated)
        texts = [step_prefixes(each.text) for each in candidates]
        scores = self.model.scores(repeated, texts)
        firsts = range(0, len(candidates), num_candidates)
        best = [
            max(range(first, first + num_candidates), key=lambda place: scores[place][-1])
            for first in firsts
        ]
        return [candidates[place] for place in best]

    def sample(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        """Say the next message of each conversation as the policy does by itself."""
        sampling = self.config.sampling(self.policy, deterministic=deterministic)
        return self.policy.act(conversations, sampling)

    def save(self, folder: str | Path) -> None:
        """Write a checkpoint, and in it the model for use elsewhere."""
        super().save(folder)
        self.model.save_pretrained(Path(folder) / "orm")

    def state_dict(self) -> dict[str, Any]:
        """Return the weights of the model and the state of the optimizer."""
        return {
            "trunk": self.model.policy.trainable_state_dict(),
            "head": self.model.head.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def load_state_dict(self, tensors: Mapping[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        self.model.policy.load_trainable_state_dict(tensors["trunk"])
        self.model.head.load_state_dict(tensors["head"])
        self.optimizer.load_state_dict(tensors["optimizer"])


class _Sampling:
    """The policy below the model, as it samples while it is being judged."""

    def __init__(self, orm: ORM) -> None:
        self._orm = orm

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        return self._orm.sample(conversations)
