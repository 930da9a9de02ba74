"""The gradients of every learner on fixed episodes are the recorded ones.

Each case records, for the first three optimizer steps of one update, the norm of the clipped
gradient and its projections on four fixed random directions. The policy is moved away from
the reference first, so that the KL takes part.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

from rethink_gym import agents
from rethink_gym.episode import load_episodes

DATA = Path(__file__).parent / "data"
CASES: dict[str, dict[str, Any]] = json.loads((DATA / "golden_updates.json").read_text())


def move_weights(agent: Any) -> None:
    """Add the same small noise to the weights as when the cases were recorded."""
    noise = torch.Generator().manual_seed(11)
    models = [agent.policy.model]
    if isinstance(agent, agents.ORM):
        models.append(agent.model.policy.model)
    with torch.no_grad():
        for model in models:
            for weight in model.parameters():
                weight.add_(0.01 * torch.randn(weight.shape, generator=noise))
        if isinstance(agent, agents.ORM):
            head = agent.model.head.weight
            head.add_(0.1 * torch.randn(head.shape, generator=noise))
    if hasattr(agent, "base_weights"):
        agent._base = {k: v.clone() for k, v in agent.policy.trainable_state_dict().items()}


def fingerprint(optimizer: torch.optim.Optimizer) -> list[float]:
    """Return the norm of the gradient, and four projections of it."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    flat = torch.cat(
        [
            (w.grad if w.grad is not None else torch.zeros_like(w)).flatten().double()
            for w in weights
        ]
    )
    source = torch.Generator().manual_seed(7)
    directions = [torch.randn(flat.shape, generator=source, dtype=torch.double) for _ in range(4)]
    return [flat.norm().item(), *((flat * direction).sum().item() for direction in directions)]


@pytest.mark.parametrize("name", CASES)
def test_the_gradients_of_an_update_are_the_recorded_ones(name: str) -> None:
    case = CASES[name]
    learner_class = getattr(agents, agents.ALGORITHMS[case["learner"]])
    policy = agents.LanguageModel.from_pretrained("tiny", seed=0)
    config = learner_class.config_class(**case["options"])
    agent = learner_class(policy, "MathSelfCorrect-v0", config, seed=3, env_kwargs={"level": 1})
    agent.total_episodes = 10**6
    move_weights(agent)
    fingerprints: list[list[float]] = []

    def record(optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        if len(fingerprints) < 3:
            fingerprints.append(fingerprint(optimizer))

    handle = register_optimizer_step_pre_hook(record)
    try:
        logged = agent.update(list(load_episodes(DATA / "golden_episodes.jsonl")))
    finally:
        handle.remove()
    # Directions have unit variance, so a projection is of the size of the norm. Every
    # step after the first one starts from weights with rounding errors.
    for step, (own, recorded) in enumerate(zip(fingerprints, case["gradients"], strict=True)):
        assert own == pytest.approx(recorded, abs=1e-6 * recorded[0] * 100**step), step
    for key, value in case["logged"].items():
        assert logged[key] == pytest.approx(value, rel=1e-4, abs=1e-6), key
