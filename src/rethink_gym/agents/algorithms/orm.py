"""Training of an outcome reward model on the policy's own samples, and reranking by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from gymnasium.vector import VectorEnv

from rethink_gym.agents.batching.lengths import length_groups
from rethink_gym.agents.demonstrations import is_correct
from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel, Prefixes, outcome_loss
from rethink_gym.agents.objectives.credit import step_prefixes
from rethink_gym.agents.policies.adapters import FixedSamplingPolicy
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import play_groups
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.config import TrainingConfig
from rethink_gym.agents.training.optimizer import make_optimizer, set_learning_rate, take_step
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.episode import Episode
from rethink_gym.errors import PromptTooLongError, check_count

__all__ = ["ORM", "ORMConfig"]


@dataclass(frozen=True, kw_only=True)
class ORMConfig(TrainingConfig):
    """Settings of the training of an outcome reward model; see `TrainingConfig` for the others.

    From the paper: the label on every prefix, and the reranking. It does not state how many
    samples it trains on.

    Attributes:
        problems_per_update: Number of problems drawn for each update.
        samples_per_problem: Number of episodes played of each problem.
        batch_size: Number of answers per gradient step.
        num_candidates: Number of answers sampled for a message, of which the most likely
            correct one is returned.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    learning_rate: float = 3e-4
    max_tokens_per_micro_batch: int = 4096
    problems_per_update: int = 32
    samples_per_problem: int = 8
    batch_size: int = 32
    num_candidates: int = 16

    def __post_init__(self) -> None:
        """Check the settings."""
        TrainingConfig.__post_init__(self)
        for name in ("problems_per_update", "samples_per_problem", "batch_size", "num_candidates"):
            check_count(name, getattr(self, name))


class ORM(Algorithm[ORMConfig]):
    """Trains a model that predicts, after each step of a solution, whether it will be correct.

    It learns from the policy's own solutions.

    The policy itself stays as it is. After the first update, a message is the best of
    several candidates by the score of the model. See `Algorithm` for the arguments.

    Attributes:
        model: The outcome reward model, which starts as a copy of the policy; `save` writes
            it into the folder ``orm`` of a checkpoint, for
            `OutcomeRewardModel.from_pretrained`.

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
        self.model = OutcomeRewardModel(policy.trainable_copy())
        self.optimizer = make_optimizer(self.model.parameters(), self.config)

    @property
    def episodes_per_update(self) -> int:
        """Number of problems times number of samples of each."""
        return self.config.problems_per_update * self.config.samples_per_problem

    def collect(self) -> list[Episode]:
        """Play several samples of each of some random problems, without reranking."""
        problems = self.random.integers(self.num_problems, size=self.config.problems_per_update)
        policy = FixedSamplingPolicy(self.policy, self.sampling())
        num_samples = self.config.samples_per_problem
        return play_groups(policy, self.env, problems, num_samples, seed=self.seed)

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Pass once over the answers; each prefix has the label of its answer.

        Args:
            episodes: What `collect` returned; every turn is an answer.

        Returns:
            ``loss`` in nats per prefix; ``outcome_accuracy``, the fraction of whole answers
            whose outcome was predicted correctly before they were trained on; and
            ``grad_norm``.
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
        mean_loss, grad_norm = 0.0, 0.0
        hits: list[bool] = []
        for batch in np.array_split(self.random.permutation(len(rows)), num_batches):
            self.optimizer.zero_grad()
            loss, batch_hits = self._accumulate_gradient(
                [rows[index] for index in batch], [is_correct(turns[index]) for index in batch]
            )
            grad_norm = take_step(self.optimizer, self.config)
            mean_loss += loss / num_batches
            hits += batch_hits
        return {
            "loss": mean_loss,
            "outcome_accuracy": float(np.mean(hits)),
            "grad_norm": grad_norm,
        }

    def act(
        self, conversations: Sequence[Conversation], *, deterministic: bool = False
    ) -> list[Completion]:
        """Return the candidate that the model scores as most likely correct.

        Args:
            conversations: The conversations so far.
            deterministic: Whether to decode greedily before the first update, when there
                is no score to choose by.

        Returns:
            One completion per conversation.

        Raises:
            PromptTooLongError: If a first prompt does not fit into the context.
        """
        if self.num_updates == 0:
            return self.policy.act(conversations, self.sampling(deterministic=deterministic))
        num_candidates = self.config.num_candidates
        repeated = [each for each in conversations for _ in range(num_candidates)]
        try:
            candidates = self.policy.act(repeated, self.sampling())
        except PromptTooLongError as error:
            raise PromptTooLongError(str(error), error.index // num_candidates) from error
        scores = self.model.scores(repeated, [step_prefixes(each.text) for each in candidates])
        best = [
            max(range(first, first + num_candidates), key=lambda index: scores[index][-1])
            for first in range(0, len(candidates), num_candidates)
        ]
        return [candidates[index] for index in best]

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the optimizer; the model itself is written by `save_extra`."""
        return {"optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state returned by `state_dict`."""
        self.optimizer.load_state_dict(state["optimizer"])

    def save_extra(self, folder: Path) -> None:
        """Write the outcome reward model into the folder ``orm`` of a checkpoint."""
        self.model.save_pretrained(folder / "orm")

    def load_extra(self, folder: Path) -> None:
        """Read the outcome reward model of a checkpoint."""
        self.model.load_weights(folder / "orm")

    def _accumulate_gradient(
        self, rows: Sequence[Prefixes], labels: Sequence[bool]
    ) -> tuple[float, list[bool]]:
        """Add the gradient of the mean loss over all prefixes; return the loss and the hits."""
        num_prefixes = sum(len(row.ends) for row in rows)
        total = 0.0
        hits = []
        lengths = {index: len(row.token_ids) for index, row in enumerate(rows)}
        for part in length_groups(lengths, self.config.max_tokens_per_micro_batch):
            logits = self.model.logits([rows[index] for index in part])
            targets = [
                torch.full_like(own, labels[index]) for own, index in zip(logits, part, strict=True)
            ]
            frac = sum(map(len, logits)) / num_prefixes
            loss = outcome_loss(torch.cat(logits), torch.cat(targets)) * frac
            loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
            total += loss.item()
            hits += [
                (own[-1].item() > 0) == labels[index]
                for own, index in zip(logits, part, strict=True)
            ]
        return total, hits
