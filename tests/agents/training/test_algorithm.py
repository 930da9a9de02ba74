"""What every learner shares: learn, predict, evaluate, callbacks, logs and seeds."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from stable_baselines3.common.callbacks import BaseCallback, CheckpointCallback
from stable_baselines3.common.logger import configure
from tests.agents.seven_env import weights_of

from rethink_gym import agents
from rethink_gym.agents.algorithms.reinforce import REINFORCE, REINFORCEConfig
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.agents.training.callbacks import Validation
from rethink_gym.conversation import Message, Role, StopReason
from rethink_gym.episode import Episode
from rethink_gym.errors import ArgumentError

CONFIG = REINFORCEConfig(problems_per_update=2, samples_per_problem=2, max_new_tokens=4)


def test_predict_answers_an_observation_and_returns_the_conversation(
    policy: LanguageModel, make_env: Any
) -> None:
    algorithm = REINFORCE(policy, make_env(4), CONFIG)
    action, state = algorithm.predict("Compute 1.")
    assert state == (Message(Role.USER, "Compute 1."), Message(Role.ASSISTANT, action))
    again, longer = algorithm.predict("Once more.", state)
    assert longer[:2] == state
    assert longer[3].content == again


def test_a_deterministic_prediction_is_the_same_each_time(
    policy: LanguageModel, make_env: Any
) -> None:
    algorithm = REINFORCE(policy, make_env(4), CONFIG)
    assert algorithm.predict("Compute 1.") == algorithm.predict("Compute 1.")
    sampled = {algorithm.predict("Compute 1.", deterministic=False)[0] for _ in range(8)}
    assert len(sampled) > 1


def test_predict_requires_a_text(policy: LanguageModel, make_env: Any) -> None:
    with pytest.raises(ArgumentError, match="observation must be a text"):
        REINFORCE(policy, make_env(4), CONFIG).predict(7)  # type: ignore[arg-type]


def test_training_stops_at_the_total_which_counts_earlier_episodes(
    policy: LanguageModel, make_env: Any
) -> None:
    algorithm = REINFORCE(policy, make_env(4), CONFIG).learn(8)
    assert (algorithm.num_episodes, algorithm.num_timesteps, algorithm.num_updates) == (8, 16, 2)
    assert algorithm.learn(8).num_updates == 2
    assert algorithm.learn(12).num_updates == 3


class Recording(BaseCallback):
    """Records its calls, and stops at 16 steps."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def _on_training_start(self) -> None:
        self.calls.append("start")

    def _on_rollout_end(self) -> None:
        self.calls.append("rollout")

    def _on_step(self) -> bool:
        self.calls.append(f"step {self.num_timesteps}")
        return self.num_timesteps < 16

    def _on_training_end(self) -> None:
        self.calls.append("end")


def test_callbacks_of_stable_baselines3_work_unchanged(
    policy: LanguageModel, make_env: Any, tmp_path: Path
) -> None:
    recording = Recording()
    checkpoints = CheckpointCallback(save_freq=1, save_path=str(tmp_path))
    REINFORCE(policy, make_env(4), CONFIG).learn(400, callback=[checkpoints, recording])
    assert recording.calls == ["start", "rollout", "step 8", "rollout", "step 16", "end"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "rl_model_16_steps.zip",
        "rl_model_8_steps.zip",
    ]


def test_metrics_reach_the_logger_of_stable_baselines3(
    policy: LanguageModel, make_env: Any, tmp_path: Path
) -> None:
    algorithm = REINFORCE(policy, make_env(4), CONFIG)
    logger = configure(str(tmp_path), ["csv"])
    algorithm.set_logger(logger)
    algorithm.learn(8)
    logger.close()
    with (tmp_path / "progress.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    for name in ("accuracy@t1", "accuracy@t2", "delta", "kl_t1", "kl_t2", "loss", "reward"):
        float(rows[0][f"train/{name}"])
    assert float(rows[0]["train/kl_per_token"]) == pytest.approx(0.0, abs=1e-6)
    assert float(rows[1]["train/kl_per_token"]) > 0


def test_the_fraction_of_truncated_answers_is_logged(
    policy: LanguageModel, make_env: Any, tmp_path: Path
) -> None:
    class Truncating(REINFORCE):
        """Three of four answers are truncated."""

        def collect(self) -> list[Episode]:
            episodes = super().collect()
            stops = iter([StopReason.END, *[StopReason.LENGTH] * 3] * 2)
            return [
                replace(
                    episode,
                    turns=tuple(
                        replace(turn, completion=replace(turn.completion, stop=next(stops)))
                        for turn in episode.turns
                    ),
                )
                for episode in episodes
            ]

    algorithm = Truncating(policy, make_env(4), CONFIG)
    logger = configure(str(tmp_path), ["csv"])
    algorithm.set_logger(logger)
    algorithm.learn(4)
    logger.close()
    with (tmp_path / "progress.csv").open() as file:
        assert float(next(csv.DictReader(file))["train/truncated_frac"]) == 0.75


def test_validation_restores_the_best_weights(policy: LanguageModel) -> None:
    torch.manual_seed(1)
    algorithm = REINFORCE(policy, "MathSelfCorrect-v0", CONFIG)
    validation = Validation(range(4), every=1)
    kept: list[torch.Tensor] = []

    def keep(local_names: dict[str, Any], global_names: dict[str, Any]) -> bool:
        kept.append(next(policy.model.parameters()).detach().clone())
        return True

    algorithm.learn(12, callback=[_as_callback(keep), validation])
    best = kept[validation.best_update - 1]
    assert torch.equal(next(policy.model.parameters()), best)
    assert 0.0 <= validation.best_reward <= 2.0


def _as_callback(function: Any) -> BaseCallback:
    from stable_baselines3.common.callbacks import ConvertCallback

    return ConvertCallback(function)


def test_evaluation_requires_an_environment_id(policy: LanguageModel, make_env: Any) -> None:
    with pytest.raises(ArgumentError, match="env must be given by its id"):
        REINFORCE(policy, make_env(4), CONFIG).evaluate(range(4))


def test_a_config_of_another_algorithm_is_refused(policy: LanguageModel, make_env: Any) -> None:
    with pytest.raises(ArgumentError, match="config must be a REINFORCEConfig"):
        REINFORCE(policy, make_env(4), agents.SCoReConfig())  # type: ignore[arg-type]


def test_every_public_name_can_be_imported() -> None:
    for name in agents.__all__:
        assert getattr(agents, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'Nonsense'"):
        _ = agents.Nonsense


@pytest.mark.parametrize(
    "own", [SamplingConfig(temperature=0.3, max_new_tokens=6), SamplingConfig(max_new_tokens=12)]
)
def test_a_policy_with_other_sampling_settings_of_its_own_is_refused(
    policy: LanguageModel, make_env: Any, own: SamplingConfig
) -> None:
    policy.sampling = own
    config = REINFORCEConfig(problems_per_update=4, samples_per_problem=4, max_new_tokens=6)
    with pytest.raises(ArgumentError, match=r"policy\.sampling\.(temperature|max_new_tokens)"):
        REINFORCE(policy, make_env(16), config)
    # Nor does it train on settings that the policy was given later.
    policy.sampling = SamplingConfig(max_new_tokens=6, temperature=1.0)
    learner = REINFORCE(policy, make_env(16), config)
    policy.sampling = own
    with pytest.raises(ArgumentError, match=r"policy\.sampling\.(temperature|max_new_tokens)"):
        learner.learn(16)


def test_a_policy_with_the_same_settings_is_sampled_with_its_stop_strings(
    policy: LanguageModel, make_env: Any
) -> None:
    policy.sampling = SamplingConfig(max_new_tokens=6, stop_strings=("\n",))
    config = REINFORCEConfig(problems_per_update=4, samples_per_problem=4, max_new_tokens=6)
    learner = REINFORCE(policy, make_env(16), config)
    assert learner.sampling() == policy.sampling
    assert learner.sampling(deterministic=True).temperature == 0.0


def test_one_seed_gives_one_run(policy: LanguageModel, make_env: Any) -> None:
    runs = []
    for seed in (3, 3, 4):
        copy = policy.trainable_copy()
        REINFORCE(copy, make_env(4), CONFIG, seed=seed).learn(8)
        runs.append(weights_of(copy))
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])


def test_a_policy_without_weights_is_refused(make_env: Any) -> None:
    with pytest.raises(ArgumentError, match="policy must be a LanguageModel"):
        REINFORCE(lambda text: text, make_env(4))  # type: ignore[arg-type]
