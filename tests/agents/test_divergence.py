"""The first number that is none ends learning, and the batch that brought it is kept."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from stable_baselines3.common.logger import configure
from tests.agents.training import make_digit_env, make_learner

from rethink_gym import agents
from rethink_gym.agents.algorithm import Algorithm
from rethink_gym.agents.callbacks import Checkpoints
from rethink_gym.agents.divergence import check_losses, finite_steps
from rethink_gym.episode import Episode, load_episodes
from rethink_gym.errors import DivergenceError


def poisoned(learner: Algorithm[Any], update: int, number: float) -> list[list[Episode]]:
    """Let one weight be infinite or no number from an update on; returns what it plays."""
    played: list[list[Episode]] = []
    learn = learner.update

    def poison(episodes: Sequence[Episode]) -> dict[str, float]:
        played.append(list(episodes))
        if len(played) == update:
            weight = next(learner.policy.model.parameters())
            weight.register_hook(  # type: ignore[no-untyped-call]  # torch gives it no types
                lambda gradient: torch.full_like(gradient, number)
            )
        return learn(episodes)

    learner.update = poison  # type: ignore[method-assign]
    return played


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["score", "ppo", "sft"])
def test_learning_ends_at_the_update_and_keeps_its_batch(
    tmp_path: Path, name: str, number: float
) -> None:
    learner = make_learner(name)
    logger = configure(str(tmp_path), ["json"])
    learner.set_logger(logger)
    played = poisoned(learner, 3, number)
    with pytest.raises(DivergenceError, match="update 3 must have a finite loss") as caught:
        learner.learn(
            6 * learner.episodes_per_update, Checkpoints(tmp_path / "checkpoint", every=1)
        )
    logger.close()
    culprit = tmp_path / "culprit_update_3.jsonl"
    assert str(culprit) in str(caught.value)
    assert list(load_episodes(culprit)) == played[2]
    assert learner.num_updates == 2
    assert all(weight.isfinite().all() for weight in learner.policy.model.parameters())
    resumed = type(learner).load(tmp_path / "checkpoint", make_digit_env(8))
    assert resumed.num_updates == 2


def test_without_a_log_the_batch_goes_to_a_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    learner = make_learner("score")
    poisoned(learner, 1, float("nan"))
    with pytest.raises(DivergenceError):
        learner.learn(8)
    assert len(list(tmp_path.glob("rethink-*/culprit_update_1.jsonl"))) == 1


@pytest.mark.parametrize(
    ("numbers", "is_bad"),
    [
        ({"loss": 1.0, "grad_norm": 0.0}, False),
        ({"loss": float("nan")}, True),
        ({"value_loss": float("-inf")}, True),
        ({"grad_norm": float("inf")}, True),
        ({"accuracy": float("nan"), "fix_rate": float("nan")}, False),  # nothing to measure
    ],
)
def test_losses_and_gradients_are_watched(numbers: dict[str, float], is_bad: bool) -> None:
    if is_bad:
        with pytest.raises(FloatingPointError, match=r"nan|inf"):
            check_losses(numbers)
    else:
        check_losses(numbers)


def test_optimizers_are_watched_only_while_learning() -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    weight.grad = torch.tensor([float("nan"), 0.0])
    with finite_steps(), pytest.raises(FloatingPointError, match="1 of 1 parameters"):
        optimizer.step()
    assert weight.tolist() == [1.0, 1.0]
    optimizer.step()
    assert weight[0].isnan()


def test_the_error_pickles() -> None:
    assert isinstance(pickle.loads(pickle.dumps(DivergenceError("why"))), FloatingPointError)


def test_every_learner_is_guarded_by_learn_itself() -> None:
    assert all(
        getattr(agents, name).learn is Algorithm.learn for name in agents.ALGORITHMS.values()
    )
