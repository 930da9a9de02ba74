"""What all learners by imitation promise: they run anywhere, and go on after a checkpoint."""

from pathlib import Path
from typing import Any

import pytest
import torch
from tests.agents.imitating import make_seven_env, unfrozen, weights_of

from rethink_gym import agents
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.algorithm import Algorithm

SMALL: dict[str, Any] = {"max_new_tokens": 3, "learning_rate": 1e-2, "batch_size": 4}
ROUNDS: dict[str, Any] = SMALL | {"num_problems": 4, "num_epochs": 1}
SETTINGS: dict[str, dict[str, Any]] = {
    "sft": SMALL | {"num_problems": 6},
    "expert_iteration": ROUNDS | {"samples_per_problem": 2, "initial_data": "solutions"},
    "star": ROUNDS | {"initial_data": "solutions"},
    "rest_em": ROUNDS | {"samples_per_problem": 2, "initial_data": "solutions"},
    "correction_star": ROUNDS | {"samples_per_problem": 2, "initial_data": "solutions"},
    "pair_sft": ROUNDS | {"samples_per_problem": 2, "initial_data": "solutions"},
    "rcrl": ROUNDS | {"samples_per_problem": 2, "max_steps": 2},
    "orm": SMALL | {"problems_per_update": 2, "samples_per_problem": 2, "num_candidates": 2},
}
PLACES = [
    (name, env_id)
    for name in SETTINGS
    for env_id in ("Math-v0", "MathSelfCorrect-v0")
    if env_id != "Math-v0" or name not in ("correction_star", "pair_sft")  # one has to correct
]


def make(name: str, policy: LanguageModel, env: Any, **changes: Any) -> Algorithm[Any]:
    learner_class = getattr(agents, agents.ALGORITHMS[name])
    assert learner_class.name == name
    config = learner_class.config_class(**SETTINGS[name] | changes)
    learner: Algorithm[Any] = learner_class(policy, env, config, seed=5)
    return learner


def learned(learner: Algorithm[Any]) -> torch.Tensor:
    if isinstance(learner, agents.ORM):
        return torch.cat([p.detach().flatten() for p in learner.model.parameters()])
    return weights_of(learner)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_loaded_checkpoint_goes_on_bit_for_bit(
    policy: LanguageModel, tmp_path: Path, name: str
) -> None:
    def env() -> Any:
        return make_seven_env(max_attempts=2)

    twin = unfrozen(policy)
    whole = make(name, policy, env())
    total = 4 * whole.episodes_per_update
    whole.learn(total)

    def interrupt(local_names: dict[str, Any], global_names: dict[str, Any]) -> bool:
        return bool(local_names["self"].num_updates < 2)

    half = make(name, twin, env()).learn(total, callback=interrupt)
    half.save(tmp_path / "checkpoint")
    resumed = type(half).load(tmp_path / "checkpoint", env()).learn(total)
    assert (half.num_updates, resumed.num_updates, whole.num_updates) == (2, 4, 4)
    assert torch.equal(learned(resumed), learned(whole))
    if name != "rcrl":  # by chance alone nothing is correct here, and so no label differs
        assert not torch.equal(learned(half), learned(whole))
    chat = resumed.predict("Compute 1.")
    assert chat == whole.predict("Compute 1.")


@pytest.fixture(scope="module")
def tiny() -> LanguageModel:
    return LanguageModel.from_pretrained("tiny", seed=0)


@pytest.mark.parametrize(("name", "env_id"), PLACES)
def test_it_runs_where_answers_are_worked_out(tiny: LanguageModel, name: str, env_id: str) -> None:
    learner = make(name, unfrozen(tiny), env_id, max_new_tokens=32)
    learner.learn(2 * learner.episodes_per_update)
    assert learner.num_updates == 2
    metrics = learner.evaluate(range(2))
    assert len(metrics.accuracies) == (1 if env_id == "Math-v0" else 2)
