"""The first NaN or infinity ends training, and the batch of that update is kept."""

import pickle
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from stable_baselines3.common.logger import configure
from tests.agents.digit_env import make_digit_env, make_learner

from rethink_gym import agents
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.agents.training.callbacks import Checkpoints
from rethink_gym.agents.training.on_policy import warn_of_negative_kl
from rethink_gym.agents.training.optimizer import take_step
from rethink_gym.episode import Episode, Turn, load_episodes
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
        ({"loss": 1.0}, False),
        ({"loss": float("nan")}, True),
        ({"value_loss": float("-inf")}, True),
        ({"accuracy": float("nan"), "fix_rate": float("nan")}, False),  # nothing to measure
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


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
@pytest.mark.parametrize("max_grad_norm", [1.0, None])
def test_a_step_along_a_broken_gradient_is_not_taken_and_no_other_optimizer_is_touched(
    number: float, max_grad_norm: float | None
) -> None:
    weight, other = torch.nn.Parameter(torch.ones(2)), torch.nn.Parameter(torch.ones(2))
    optimizer, foreign = torch.optim.SGD([weight], lr=1.0), torch.optim.SGD([other], lr=1.0)
    weight.grad = other.grad = torch.tensor([number, 0.0])
    config = agents.REINFORCEConfig(max_grad_norm=max_grad_norm)
    with pytest.raises(FloatingPointError, match="grad_norm"):
        take_step(optimizer, config)
    assert weight.tolist() == [1.0, 1.0]
    foreign.step()
    assert not other[0].isfinite()


@pytest.mark.parametrize(
    ("estimates", "is_warned"),
    [
        ([0.5, -0.2, 0.1, 0.0], False),
        ([-0.5, 0.2, -0.3, 0.1], False),  # below zero, as chance will have it
        ([-0.5, -0.6, -0.5, -0.4], True),
        ([-1e-7, -1e-7, -1e-7], False),  # rounding
        ([-5.0], False),
    ],
)
def test_a_kl_below_zero_is_told_of(
    estimates: list[float], is_warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    warn_of_negative_kl(torch.tensor(estimates))
    assert ("a KL is never negative" in caplog.text) is is_warned


def test_tokens_that_another_policy_drew_are_told_of(caplog: pytest.LogCaptureFixture) -> None:
    learner = make_learner("ppo", problems_per_update=8)
    learner.update(learner.collect())
    assert "never negative" not in caplog.text
    with torch.no_grad():
        for weight in learner.policy.model.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
    learner.act = lambda conversations, **_: learner.reference.act(conversations)  # type: ignore[attr-defined, method-assign]
    learner.update(learner.collect())
    assert "never negative" in caplog.text


def test_tokens_that_were_drawn_at_other_probabilities_are_told_of(
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


def test_every_learner_is_guarded_by_learn_itself() -> None:
    assert all(
        getattr(agents, name).learn is Algorithm.learn for name in agents.ALGORITHMS.values()
    )
