"""The update over `read` and `steps`: gradients, ratios, minibatches, and the reference."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

import pytest
import torch
from tests.agents.seven_env import weights_of
from tests.models import make_gpt2
from torch import Tensor, nn

from rethink_gym.agents.algorithms.ppo import PPO, PPOConfig
from rethink_gym.agents.algorithms.reinforce import REINFORCE, REINFORCEConfig
from rethink_gym.agents.algorithms.score import SCoRe
from rethink_gym.agents.batching.batch import Batch, Part
from rethink_gym.agents.objectives.losses import AGGREGATIONS
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.on_policy import OnPolicy
from rethink_gym.episode import Episode
from rethink_gym.errors import ArgumentError

SMALL: dict[str, Any] = {
    "problems_per_update": 4,
    "samples_per_problem": 4,
    "max_new_tokens": 6,
    "learning_rate": 1e-2,
}


def copy_of(policy: LanguageModel) -> LanguageModel:
    """Return a trainable copy with its own generator."""
    copy = policy.trainable_copy()
    copy.seed(0)
    return copy


def gradient(policy: LanguageModel) -> Tensor:
    parts = [p.grad.flatten() for p in policy.model.parameters() if p.grad is not None]
    return torch.cat(parts)


def play(policy: LanguageModel, env: Any, **settings: Any) -> list[Episode]:
    """Play episodes of two turns of different lengths and rewards."""
    config = REINFORCEConfig(**{**SMALL, **settings})
    played = REINFORCE(copy_of(policy), env, config, seed=3).collect()
    return [
        replace(
            episode, turns=tuple(replace(turn, reward=float(index % 3)) for turn in episode.turns)
        )
        for index, episode in enumerate(played)
    ]


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
@pytest.mark.parametrize("algorithm_class", [REINFORCE, PPO, SCoRe])
def test_the_gradient_does_not_depend_on_micro_batches(
    policy: LanguageModel, make_env: Any, algorithm_class: Any, aggregation: str
) -> None:
    episodes = play(policy, make_env(16))
    lengths = [len(policy.tokenize(episode.conversation).token_ids) for episode in episodes]
    gradients = []
    for rows in (1, 2, 4, 16):
        extra = {"num_epochs": 1, "num_minibatches": 1} if algorithm_class is PPO else {}
        config = algorithm_class.config_class(
            **SMALL,
            **extra,
            loss_aggregation=aggregation,
            max_grad_norm=1e9,
            max_tokens_per_micro_batch=rows * max(lengths),
        )
        copy = copy_of(policy)
        algorithm_class(copy, make_env(16), config).update(episodes)
        gradients.append(gradient(copy))
    for other in gradients[1:]:
        torch.testing.assert_close(other, gradients[0], atol=1e-6, rtol=1e-5)
    assert gradients[0].abs().max() > 1e-4


def log_ratios_of_first_minibatch(
    algorithm: OnPolicy[Any], episodes: Sequence[Episode], monkeypatch: pytest.MonkeyPatch
) -> Tensor:
    """Return the log-ratios in the first micro-batch of an update."""
    log_ratios: list[Tensor] = []
    losses_of = algorithm.policy_losses

    def recording_losses(part: Part, batch: Batch, advantages: Tensor) -> Tensor:
        assert batch.log_probs is not None
        log_ratios.append((part.log_probs - batch.log_probs[part.index]).detach())
        return losses_of(part, batch, advantages)

    monkeypatch.setattr(algorithm, "policy_losses", recording_losses)
    algorithm.update(episodes)
    return log_ratios[0]


@pytest.mark.parametrize("temperature", [1.0, 0.6])
@pytest.mark.parametrize("algorithm_class", [REINFORCE, PPO])
def test_the_ratio_is_one_at_the_first_minibatch_with_dropout_and_padding(
    make_env: Any,
    algorithm_class: Any,
    temperature: float,
    policy: LanguageModel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokenizer = policy.tokenizer
    model = make_gpt2(len(tokenizer), attn_pdrop=0.3, embd_pdrop=0.3, resid_pdrop=0.3)
    nn.Module.train(model)
    with_dropout = LanguageModel(model, tokenizer, seed=0)
    config = algorithm_class.config_class(
        **SMALL,
        num_epochs=2,
        num_minibatches=4,
        temperature=temperature,
        max_tokens_per_micro_batch=100,
    )
    algorithm = algorithm_class(with_dropout, make_env(16), config)
    episodes = algorithm.collect()
    ratios = log_ratios_of_first_minibatch(algorithm, episodes, monkeypatch).exp()
    assert (ratios - 1).abs().max() < 1e-5
    assert {len(episode.turns) for episode in episodes} == {2}


def test_training_computes_the_log_probabilities_of_sampling(
    policy: LanguageModel, make_env: Any
) -> None:
    config = REINFORCEConfig(**SMALL, temperature=0.7, num_minibatches=2)
    algorithm = REINFORCE(policy, make_env(16), config)
    episodes = algorithm.collect()
    batch = algorithm.read(episodes)
    assert batch.log_probs is not None
    for row, episode in enumerate(episodes):
        sampled = [p for turn in episode.turns for p in turn.completion.log_probs]
        computed = batch.log_probs[row, : len(sampled)].tolist()
        assert computed == pytest.approx(sampled, abs=1e-5)


def test_every_episode_is_in_one_minibatch_of_each_epoch(
    policy: LanguageModel, make_env: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = REINFORCEConfig(**SMALL, num_epochs=3, num_minibatches=4)
    algorithm = REINFORCE(policy, make_env(16), config)
    episodes = algorithm.collect()
    steps: list[list[int]] = []
    minibatches = algorithm._minibatches

    def recording_minibatches(num_episodes: int) -> Iterator[list[int]]:
        for rows in minibatches(num_episodes):
            steps.append(rows)
            yield rows

    monkeypatch.setattr(algorithm, "_minibatches", recording_minibatches)
    algorithm.update(episodes)
    assert [len(minibatch) for minibatch in steps] == [4] * 12
    for epoch in range(3):
        seen = [index for minibatch in steps[4 * epoch : 4 * epoch + 4] for index in minibatch]
        assert sorted(seen) == list(range(16))
    assert steps[0] != steps[4]


def test_the_entropy_bonus_raises_the_entropy(policy: LanguageModel, make_env: Any) -> None:
    with torch.no_grad():
        policy.model.get_output_embeddings().weight.mul_(8.0)  # type: ignore[no-untyped-call]
    config = REINFORCEConfig(**SMALL, beta=0.0, entropy_coef=1.0, loss_aggregation="token_mean")
    algorithm = REINFORCE(policy, make_env(16), config)
    entropies = [algorithm.update(algorithm.collect())["entropy"] for _ in range(8)]
    assert entropies[-1] > entropies[0] + 0.05


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_minibatches": 300}, "num_minibatches must be at most the 256 episodes"),
        ({"loss_aggregation": "mean"}, "loss_aggregation must be one of"),
        ({"clip_eps_low": 1.5}, r"clip_eps_low must be a number in \(0, 1\]"),
        ({"clip_eps_high": 0.0}, "clip_eps_high must be a number above 0"),
        ({"entropy_coef": -1.0}, "entropy_coef must be a number of at least 0"),
        ({"num_epochs": 0}, "num_epochs must be a whole number of at least 1"),
    ],
)
@pytest.mark.parametrize("config", [REINFORCEConfig(), PPOConfig()])
def test_settings_out_of_range_are_refused(
    config: Any, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        replace(config, **settings)


def test_a_learner_needs_only_update_over_read_and_steps(
    policy: LanguageModel, make_env: Any
) -> None:
    class Plain(OnPolicy[REINFORCEConfig]):
        name = "plain"
        config_class = REINFORCEConfig
        default_episodes = 16

        def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
            batch = self.read(episodes)
            advantages = batch.per_token(batch.rewards)
            for part in self.steps(batch):
                part.backward(-advantages[part.index] * part.log_probs)
            return batch.log.means()

    learner = Plain(policy, make_env(16), REINFORCEConfig(**SMALL)).learn(16)
    assert learner.num_updates == 1


def log_probs_by_loop(policy: LanguageModel, episode: Episode) -> list[Tensor]:
    """Return the log-probability of each turn of an episode, one plain forward pass."""
    tokens = policy.tokenize(episode.conversation)
    rows = policy.model(input_ids=torch.tensor([tokens.token_ids])).logits[0].log_softmax(-1)
    sums = [torch.zeros(()) for _ in episode.turns]
    for column, turn in enumerate(tokens.turn_ids):
        if turn >= 0:
            sums[turn] = sums[turn] + rows[column - 1, tokens.token_ids[column]]
    return sums


def advantage_by_loop(
    episodes: Sequence[Episode], index: int, turn: int, *, baseline: str
) -> float:
    """Return the advantage of a turn among the samples of one problem, by plain loops."""
    returns = {
        row: sum(each.reward for each in episode.turns[turn:])
        for row, episode in enumerate(episodes)
        if len(episode.turns) > turn
    }
    own = returns.pop(index)
    if baseline == "leave_one_out":
        return own - (sum(returns.values()) / len(returns) if returns else 0.0)
    every = [own, *returns.values()]
    mean = sum(every) / len(every)
    if len(set(every)) == 1:
        return 0.0
    variance: float = sum((value - mean) ** 2 for value in every) / (len(every) - 1)
    return (own - mean) / (float(variance**0.5) + 1e-6)


@pytest.mark.parametrize("baseline", ["leave_one_out", "group"])
def test_the_gradient_over_ragged_episodes_is_that_of_a_plain_loop(
    policy: LanguageModel, make_env: Any, baseline: Literal["leave_one_out", "group"]
) -> None:
    config = REINFORCEConfig(
        problems_per_update=2,
        samples_per_problem=4,
        max_new_tokens=6,
        baseline=baseline,
        beta=0.0,
        max_grad_norm=None,
        learning_rate=1e-30,
    )
    algorithm = REINFORCE(policy, make_env(8, max_attempts=3), config, seed=3)
    lengths = (1, 3, 2, 3, 1, 1, 1, 3)
    ragged = [
        replace(
            episode,
            turns=tuple(
                replace(turn, reward=float((index * 7 + number * 3) % 5))
                for number, turn in enumerate(episode.turns[:length])
            ),
        )
        for index, (episode, length) in enumerate(zip(algorithm.collect(), lengths, strict=True))
    ]
    algorithm.update(ragged)
    actual = gradient(policy)
    policy.model.zero_grad()
    for first in (0, 4):
        group = ragged[first : first + 4]
        for index, episode in enumerate(group):
            for turn, log_prob in enumerate(log_probs_by_loop(policy, episode)):
                advantage = advantage_by_loop(group, index, turn, baseline=baseline)
                loss = -advantage * log_prob / len(ragged)
                loss.backward(retain_graph=True)  # type: ignore[no-untyped-call]
    expected = gradient(policy)
    assert expected.abs().max() > 1e-3
    torch.testing.assert_close(actual, expected, atol=1e-6, rtol=1e-4)


def test_the_reference_keeps_the_initial_weights_of_the_policy(
    policy: LanguageModel, make_env: Any
) -> None:
    start = weights_of(policy)
    algorithm = REINFORCE(policy, make_env(16), REINFORCEConfig(**SMALL)).learn(32)
    assert torch.equal(weights_of(algorithm.reference), start)
    assert not torch.equal(weights_of(algorithm.policy), start)
