"""Validation, early stopping and checkpoints, with scripted accuracies."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from stable_baselines3.common.callbacks import ConvertCallback
from tests.agents.small_learners import make_digit_env, make_learner

from rethink_gym import agents
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.callbacks import Checkpoints, Validation
from rethink_gym.errors import ArgumentError
from rethink_gym.metrics import TurnMetrics


def scripted(learner: Algorithm[Any], accuracies: Sequence[float]) -> list[int]:
    """Replace evaluations by these accuracies, one per update; return the evaluated updates."""
    evaluated: list[int] = []

    def evaluate(problems: Sequence[int], split: str = "validation") -> TurnMetrics:
        evaluated.append(learner.num_updates)
        return TurnMetrics(
            num_problems=len(problems),
            accuracies=(accuracies[learner.num_updates - 1],),
            i_to_c=0.0,
            c_to_i=0.0,
            changed=0.0,
            edit_ratio=0.0,
        )

    learner.evaluate = evaluate  # type: ignore[method-assign]
    return evaluated


def weights(learner: Algorithm[Any]) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in learner.policy.model.parameters()])


@pytest.mark.parametrize(
    ("accuracies", "patience", "last_update", "best_update"),
    [
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 2, 6, 6),
        ([0.5, 0.2, 0.3, 0.4, 0.4, 0.6], 2, 3, 1),
        ([0.5, 0.2, 0.5, 0.4, 0.4, 0.6], 2, 5, 3),  # the later one of equal measurements
        ([0.5, 0.2, 0.3, 0.4, 0.4, 0.6], None, 6, 6),
    ],
)
def test_training_stops_after_patience_without_improvement(
    accuracies: list[float], patience: int | None, last_update: int, best_update: int
) -> None:
    learner = make_learner("reinforce")
    evaluated = scripted(learner, accuracies)
    validation = Validation(range(4), every=1, patience=patience)
    learner.learn(6 * 8, validation)
    assert learner.num_updates == last_update
    assert evaluated == list(range(1, last_update + 1))
    assert validation.best_update == best_update
    assert validation.best_reward == accuracies[best_update - 1]


def test_patience_and_the_best_weights_survive_a_checkpoint(tmp_path: Path) -> None:
    accuracies = [0.2, 0.5, 0.3, 0.4, 0.1, 0.6]
    whole, half = make_learner("reinforce"), make_learner("reinforce")
    for learner in (whole, half):
        scripted(learner, accuracies)
    whole.learn(6 * 8, Validation(range(4), every=1, patience=3))
    saving = Checkpoints(tmp_path / "checkpoint", every=1)
    ending = ConvertCallback(lambda local_names, global_names: half.num_updates < 3)
    half.learn(6 * 8, [saving, Validation(range(4), every=1, patience=3), ending])
    resumed = agents.REINFORCE.load(tmp_path / "checkpoint", make_digit_env(8))
    scripted(resumed, accuracies)
    validation = Validation(range(4), every=1, patience=3)
    resumed.learn(6 * 8, validation)
    assert resumed.num_updates == whole.num_updates == 5
    assert (validation.best_update, validation.best_reward) == (2, 0.5)
    assert torch.equal(weights(resumed), weights(whole))


def test_validation_on_other_problems_starts_over() -> None:
    learner = make_learner("reinforce")
    scripted(learner, [0.9, 0.1, 0.2])
    learner.learn(8, Validation(range(4), every=1))
    other = Validation(range(4, 8), every=1)
    learner.learn(3 * 8, other)
    assert (other.best_update, other.best_reward) == (3, 0.2)


def test_checkpoints_are_saved_at_the_interval_and_at_the_end(tmp_path: Path) -> None:
    learner = make_learner("reinforce")
    saved = []
    save = copy.copy(learner.save)

    def note(folder: str | Path) -> None:
        saved.append(learner.num_updates)
        save(folder)

    learner.save = note  # type: ignore[method-assign]
    learner.learn(5 * 8, Checkpoints(tmp_path / "checkpoint", every=2))
    assert saved == [2, 4, 5]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Validation(range(4), every=0),
        lambda: Validation(range(4), patience=0),
        lambda: Checkpoints("somewhere", every=0),
    ],
)
def test_counts_out_of_range_are_refused(make: Any) -> None:
    with pytest.raises(ArgumentError, match="must be a whole number of at least 1"):
        make()
