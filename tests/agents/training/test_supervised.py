"""Maximum likelihood on SFT examples: the loss, its gradient, and early stopping."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from tests.agents.seven_env import episode, weights_of
from tests.models import make_llama, make_tokenizer

from rethink_gym.agents.demonstrations import SFTExample, fits_context, make_example
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.optimizer import make_optimizer
from rethink_gym.agents.training.self_training import SelfTrainingConfig
from rethink_gym.agents.training.supervised import Fit, fit, imitation_step, mean_loss

ANSWERS = ("7", "The answer is 42.", "1+1=2\nA: 2", "")


def examples_of(
    policy: LanguageModel, is_trained: Sequence[bool] = (True, True)
) -> list[SFTExample]:
    return [
        make_example(policy, episode(f"p{n}", answer, "A: 7", correct=(False, True)), is_trained)
        for n, answer in enumerate(ANSWERS)
    ]


def gradients(
    policy: LanguageModel, examples: Sequence[SFTExample], max_tokens: int
) -> torch.Tensor:
    """Return the gradient of a step with a learning rate of almost 0."""
    config = SelfTrainingConfig(
        learning_rate=1e-30, max_grad_norm=None, max_tokens_per_micro_batch=max_tokens
    )
    optimizer = make_optimizer(policy.model.parameters(), config)
    imitation_step(policy, optimizer, examples, config, 0.0)
    parts = [p.grad.flatten() for p in policy.model.parameters() if p.grad is not None]
    return torch.cat(parts).clone()


def log_probs_one_by_one(policy: LanguageModel, example: SFTExample) -> list[float]:
    """Return the log-probability of each token in the loss, from a plain forward pass."""
    tokens = policy.tokenize(example.episode.conversation)
    ids = torch.tensor([tokens.token_ids])
    with torch.no_grad():
        rows = policy.model(input_ids=ids).logits[0].log_softmax(-1)
    return [
        rows[column - 1, token].item()
        for column, (token, turn) in enumerate(zip(tokens.token_ids, tokens.turn_ids, strict=True))
        if turn >= 0 and any(example.loss_mask[turn])
    ]


@pytest.mark.parametrize(
    "is_trained", [(True, True), (False, True), (True, False)], ids=["both", "second", "first"]
)
@pytest.mark.parametrize("pad_is_end", [False, True], ids=["pad is not end", "pad is end"])
def test_the_loss_is_the_mean_over_the_tokens_of_the_loss_mask(
    is_trained: Sequence[bool], pad_is_end: bool
) -> None:
    tokenizer = make_tokenizer(pad_is_end=pad_is_end)
    policy = LanguageModel(make_llama(len(tokenizer)), tokenizer)
    examples = examples_of(policy, is_trained)
    expected = [n for each in examples for n in log_probs_one_by_one(policy, each)]
    assert len(expected) == sum(each.num_tokens for each in examples)
    assert mean_loss(policy, examples, 10_000) == pytest.approx(-np.mean(expected), rel=1e-5)


def test_the_loss_covers_first_token_and_end_token_and_nothing_after(policy: LanguageModel) -> None:
    (example, *_) = examples_of(policy)
    ends = [turn.completion.token_ids for turn in example.episode.turns]
    tokens = policy.tokenize(example.episode.conversation)
    trained = [
        token for token, turn in zip(tokens.token_ids, tokens.turn_ids, strict=True) if turn >= 0
    ]
    assert trained == [*ends[0], *ends[1]]
    assert trained[-1] in policy.end_ids
    assert example.num_tokens == len(trained)


def test_micro_batches_do_not_change_the_gradient(policy: LanguageModel) -> None:
    examples = examples_of(policy, (False, True)) + examples_of(policy)
    per_size = [gradients(policy, examples, max_tokens) for max_tokens in (1, 40, 80, 10_000)]
    assert per_size[0].abs().max() > 1e-4
    for other in per_size[1:]:
        torch.testing.assert_close(other, per_size[0], atol=1e-6, rtol=1e-4)


def test_turns_outside_the_loss_mask_have_no_loss(policy: LanguageModel) -> None:
    second = gradients(policy, examples_of(policy, (False, True)), 10_000)
    both = gradients(policy, examples_of(policy), 10_000)
    assert (both - second).abs().max() > 1e-4


def fitted(
    policy: LanguageModel,
    examples: Sequence[SFTExample],
    config: SelfTrainingConfig,
    random: np.random.Generator,
) -> Fit | None:
    return fit(policy, examples, config, config, random)


CONFIG = SelfTrainingConfig(learning_rate=1e-2, num_epochs=60, batch_size=2)


def test_a_fit_lowers_the_loss_on_its_examples(policy: LanguageModel) -> None:
    examples = examples_of(policy)
    before = mean_loss(policy, examples, 10_000)
    result = fitted(policy, examples, CONFIG, np.random.default_rng(0))
    assert result is not None
    assert (result.num_epochs, result.num_steps) == (60, 120)
    assert mean_loss(policy, examples, 10_000) < before / 20


def test_a_fit_without_tokens_in_the_loss_changes_nothing(policy: LanguageModel) -> None:
    before = weights_of(policy)
    assert fitted(policy, [], CONFIG, np.random.default_rng(0)) is None
    masked = examples_of(policy, (False, False))
    assert fitted(policy, masked, CONFIG, np.random.default_rng(0)) is None
    assert torch.equal(weights_of(policy), before)


def test_examples_longer_than_the_context_are_left_out(policy: LanguageModel) -> None:
    long = make_example(policy, episode("long", "7" * 200), (True,))
    short = examples_of(policy)
    assert fits_context(policy, [long, *short]) == short


def test_a_fit_stops_when_the_validation_loss_rises_and_keeps_the_best_weights(
    policy: LanguageModel,
) -> None:
    # Held-out answers cannot be predicted from the others, so overfitting raises their loss.
    examples = [
        make_example(policy, episode(f"p{n}", f"{n} is {n * n}"), (True,)) for n in range(12)
    ]
    config = replace(CONFIG, validation_frac=0.25, patience=2, learning_rate_schedule="constant")
    random = np.random.default_rng(1)
    result = fitted(policy, examples, config, random)
    assert result is not None
    assert result.validation_loss is not None
    assert 2 < result.num_epochs < 60
    held_out = {f"p{n}" for n in np.random.default_rng(1).permutation(12)[:3]}
    validation = [each for each in examples if each.episode.problem_id in held_out]
    assert mean_loss(policy, validation, 10_000) == pytest.approx(result.validation_loss)


def test_examples_of_one_problem_are_not_split(policy: LanguageModel) -> None:
    one_problem = [make_example(policy, episode("p", str(n)), (True,)) for n in range(10)]
    config = replace(CONFIG, validation_frac=0.5, num_epochs=1)
    result = fitted(policy, one_problem, config, np.random.default_rng(0))
    assert result is not None
    assert result.validation_loss is None
    assert result.num_steps == 5


def fit_with_losses(policy: LanguageModel, losses: list[float], **settings: Any) -> Fit | None:
    """Fit four problems, two of them held out, with given validation losses."""
    examples = [make_example(policy, episode(f"p{n}", "A: 1"), (True,)) for n in range(4)]
    config = replace(CONFIG, num_epochs=5, validation_frac=0.5, **settings)
    remaining = iter(losses)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "rethink_gym.agents.training.supervised.mean_loss", lambda *_: next(remaining)
        )
        return fitted(policy, examples, config, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("losses", "patience", "num_epochs"),
    [
        ([1.0, 1.0, 0.5, 0.5, 0.5], 1, 2),  # a tie is not an improvement
        ([1.0, 1.0, 1.0, 0.5, 0.5], 2, 3),
        ([3.0, 2.0, 2.5, 2.0, 1.0], 2, 4),
        ([5.0, 4.0, 3.0, 2.0, 1.0], 1, 5),
    ],
)
def test_a_tie_is_not_an_improvement(
    policy: LanguageModel, losses: list[float], patience: int, num_epochs: int
) -> None:
    result = fit_with_losses(policy, losses, patience=patience)
    assert result is not None
    assert result.num_epochs == num_epochs
    assert result.validation_loss == min(losses[:num_epochs])


@pytest.mark.parametrize(
    ("num_problems", "validation_frac", "num_trained"),
    [
        (1, 0.0, 1),
        (1, 0.5, 1),
        (1, 0.99, 1),
        (2, 0.5, 1),
        (2, 0.99, 1),
        (10, 0.99, 1),
        (10, 0.3, 7),
    ],
)
def test_at_least_one_problem_is_always_trained(
    policy: LanguageModel, num_problems: int, validation_frac: float, num_trained: int
) -> None:
    examples = [
        make_example(policy, episode(f"p{n}", str(n)), (True,)) for n in range(num_problems)
    ]
    config = replace(CONFIG, num_epochs=1, batch_size=1, validation_frac=validation_frac)
    result = fitted(policy, examples, config, np.random.default_rng(0))
    assert result is not None
    assert result.num_steps == num_trained
    assert (result.validation_loss is None) is (num_trained == num_problems)
