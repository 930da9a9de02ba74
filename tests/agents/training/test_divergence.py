"""The first NaN or infinity ends training, and the batch of that update is kept."""

import pickle
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from stable_baselines3.common.logger import configure
from tests.agents.small_learners import make_digit_env, make_learner

from rethink_gym import agents
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.callbacks import Checkpoints
from rethink_gym.agents.training.on_policy import warn_of_negative_kl
from rethink_gym.episode import Episode, Turn, load_episodes
from rethink_gym.errors import DivergenceError


def break_gradient(learner: Algorithm[Any], update: int, number: float) -> list[list[Episode]]:
    """Make one gradient NaN or infinite from an update on; return the episodes of each update."""
    played: list[list[Episode]] = []
    original_update = learner.update

    def update_broken(episodes: Sequence[Episode]) -> dict[str, float]:
        played.append(list(episodes))
        if len(played) == update:
            weight = next(learner.policy.model.parameters())
            weight.register_hook(  # type: ignore[no-untyped-call]  # torch gives it no types
                lambda gradient: torch.full_like(gradient, number)
            )
        return original_update(episodes)

    learner.update = update_broken  # type: ignore[method-assign]
    return played


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["score", "ppo", "sft"])
def test_training_stops_at_the_update_and_keeps_its_batch(
    tmp_path: Path, name: str, number: float
) -> None:
    learner = make_learner(name)
    logger = configure(str(tmp_path), ["json"])
    learner.set_logger(logger)
    played = break_gradient(learner, 3, number)
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
    break_gradient(learner, 1, float("nan"))
    with pytest.raises(DivergenceError):
        learner.learn(8)
    assert len(list(tmp_path.glob("rethink-*/culprit_update_1.jsonl"))) == 1


@pytest.mark.parametrize(
    ("numbers", "is_bad"),
    [
        ({"loss": 1.0}, False),
        ({"loss": float("nan")}, True),
        ({"value_loss": float("-inf")}, True),
        (
            {"accuracy": float("nan"), "fix_rate": float("nan")},
            False,
        ),  # undefined, without such episodes
    ],
)
def test_the_losses_that_an_update_reports_are_checked(
    numbers: dict[str, float], is_bad: bool
) -> None:
    learner = make_learner("reinforce")
    learner.update = lambda episodes: numbers  # type: ignore[method-assign]
    if is_bad:
        with pytest.raises(DivergenceError, match=r"nan|inf"):
            learner.learn(8)
    else:
        learner.learn(8)


@pytest.mark.parametrize(
    ("estimates", "is_warned"),
    [
        ([0.5, -0.2, 0.1, 0.0], False),
        ([-0.5, 0.2, -0.3, 0.1], False),  # below zero by chance
        ([-0.5, -0.6, -0.5, -0.4], True),
        ([-1e-7, -1e-7, -1e-7], False),  # rounding
        ([-5.0], False),
    ],
)
def test_a_negative_kl_is_warned_about(
    estimates: list[float], is_warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    warn_of_negative_kl(torch.tensor(estimates))
    assert ("a KL is never negative" in caplog.text) is is_warned


def test_tokens_sampled_from_another_policy_are_warned_about(
    caplog: pytest.LogCaptureFixture,
) -> None:
    learner = make_learner("ppo", problems_per_update=8)
    learner.update(learner.collect())
    assert "never negative" not in caplog.text
    with torch.no_grad():
        for weight in learner.policy.model.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
    learner.act = lambda conversations, **_: learner.reference.act(conversations)  # type: ignore[attr-defined, method-assign]
    learner.update(learner.collect())
    assert "never negative" in caplog.text


def test_tokens_sampled_with_other_probabilities_are_warned_about(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def less_likely(turn: Turn) -> Turn:
        log_probs = tuple(number - 3 for number in turn.completion.log_probs)
        return replace(turn, completion=replace(turn.completion, log_probs=log_probs))

    learner = make_learner("rloo", problems_per_update=8)
    episodes = learner.collect()
    learner.update(episodes)
    assert "never negative" not in caplog.text
    learner.update([replace(each, turns=tuple(map(less_likely, each.turns))) for each in episodes])
    assert "never negative" in caplog.text


def test_the_error_pickles() -> None:
    assert isinstance(pickle.loads(pickle.dumps(DivergenceError("why"))), FloatingPointError)


def test_every_learner_is_checked_by_the_shared_learn() -> None:
    assert all(
        getattr(agents, name).learn is Algorithm.learn for name in agents.ALGORITHMS.values()
    )
