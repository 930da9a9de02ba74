"""Callbacks for learning, in the manner of Stable-Baselines3."""

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from stable_baselines3.common.callbacks import BaseCallback

from rethink_gym.errors import check_count

if TYPE_CHECKING:
    from torch import Tensor

    from rethink_gym.agents.algorithm import Algorithm

__all__ = ["Validation"]


class Validation(BaseCallback):
    """Measures the policy on validation problems now and then, and keeps the best one.

    Records ``eval/accuracy@t1`` and so on. When learning ends, the policy gets back
    the weights of the evaluation whose accuracies, summed over the turns, were
    highest; the later one of equals.

    Args:
        problems: Indices of the problems of the split.
        every: Updates from one evaluation to the next.
        split: Where the problems are from.

    Attributes:
        best_reward: The highest sum of accuracies so far, in [0, turns].
        best_update: After how many updates it was reached.

    Raises:
        ArgumentError: If ``every`` is not a whole number above 0.
    """

    def __init__(
        self, problems: Sequence[int], *, every: int = 10, split: str = "validation"
    ) -> None:
        super().__init__()
        self._problems = problems
        self._every = check_count("every", every)
        self._split = split
        self._best: dict[str, Tensor] = {}
        self.best_reward = -1.0
        self.best_update = 0

    @property
    def _algorithm(self) -> "Algorithm[Any]":
        return cast("Algorithm[Any]", self.model)

    def _on_step(self) -> bool:
        if self._algorithm.num_updates % self._every == 0:
            self._evaluate()
        return True

    def _on_training_end(self) -> None:
        if self._algorithm.num_updates % self._every != 0:
            self._evaluate()
        if self._best:
            self._algorithm.policy.model.load_state_dict(self._best)

    def _evaluate(self) -> None:
        algorithm = self._algorithm
        metrics = algorithm.evaluate(self._problems, self._split)
        for name, number in metrics.to_scalars().items():
            self.logger.record(f"eval/{name}", number)
        reward = sum(metrics.accuracies)
        if reward >= self.best_reward:
            self.best_reward = reward
            self.best_update = algorithm.num_updates
            self._best = copy.deepcopy(algorithm.policy.model.state_dict())
