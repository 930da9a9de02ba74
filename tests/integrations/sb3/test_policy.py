"""The stock algorithms of Stable-Baselines3 train our policy on our environments."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.vec_env import VecMonitor
from tests.digits import StartsWithDigit, make_character_llama
from tests.integrations.sb3.learners import ENV_ID, WINDOW, make_learner, weights_of

from rethink_gym.agents import LanguageModel
from rethink_gym.envs import ReasoningEnv
from rethink_gym.envs.tasks import Arithmetic
from rethink_gym.errors import ArgumentError, ModelError
from rethink_gym.integrations.sb3 import TokenPolicy, TokenVecEnv, make_codec, make_sb3_env


class RecordTokens(BaseCallback):
    """Records the windows and the sampled tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]] = []

    def _on_step(self) -> bool:
        self.steps.append((self.locals["obs_tensor"].numpy().copy(), self.locals["actions"].copy()))
        return True


@pytest.mark.parametrize(
    ("kind", "env_id"), [(PPO, ENV_ID), (A2C, ENV_ID), (PPO, "MathSteps-v0"), (PPO, "Countdown-v0")]
)
def test_a_stock_algorithm_trains(kind: type[OnPolicyAlgorithm], env_id: str) -> None:
    learner = make_learner(kind, env_id=env_id)
    before = weights_of(learner)
    learner.learn(2 * 4 * 32)
    assert any(not torch.equal(before[name], w) for name, w in weights_of(learner).items())
    assert all(torch.isfinite(weight).all() for weight in learner.policy.state_dict().values())
    assert learner.num_timesteps == 256
    assert len(learner.ep_info_buffer) > 0 or env_id != ENV_ID


def test_rewarded_answers_become_more_likely(tmp_path: Path) -> None:
    tokenizer = LanguageModel.from_pretrained("tiny").tokenizer
    LanguageModel(make_character_llama(tokenizer), tokenizer).save_pretrained(tmp_path)
    envs = [ReasoningEnv(Arithmetic(), verifier=StartsWithDigit()) for _ in range(32)]
    env = TokenVecEnv(envs, make_codec(tmp_path), window=64, max_new_tokens=1)
    learner = PPO(
        TokenPolicy,
        VecMonitor(env),
        policy_kwargs={"model": tmp_path},
        n_steps=8,
        batch_size=256,
        n_epochs=4,
        learning_rate=1e-2,
        seed=0,
        device="cpu",
    )
    returns = []
    for _ in range(8):
        learner.learn(256)
        returns.append(np.mean([episode["r"] for episode in learner.ep_info_buffer or ()]))
    assert returns[0] < 0.2
    assert returns[-1] > 0.8, returns


def test_the_first_importance_ratio_is_one() -> None:
    learner = make_learner(n_epochs=1, batch_size=64)
    _, callback = learner._setup_learn(128)
    learner.collect_rollouts(learner.env, callback, learner.rollout_buffer, 32)
    for batch in learner.rollout_buffer.get(64):
        values, log_probs, entropies = learner.policy.evaluate_actions(
            batch.observations, batch.actions.long().flatten()
        )
        assert (log_probs - batch.old_log_prob).abs().max() < 1e-4
        assert torch.equal(values.flatten(), batch.old_values)
        assert (entropies >= 0).all()


def test_a_saved_algorithm_is_loaded_and_continues(tmp_path: Path) -> None:
    learner = make_learner()
    learner.learn(128)
    learner.save(tmp_path / "learner.zip")
    loaded = PPO.load(tmp_path / "learner.zip", env=learner.env, device="cpu")
    assert weights_of(loaded).keys() == weights_of(learner).keys()
    observation = learner.env.reset()
    before, _ = learner.predict(observation, deterministic=True)
    after, _ = loaded.predict(observation, deterministic=True)
    assert np.array_equal(before, after)
    for name, weight in weights_of(loaded).items():
        assert torch.equal(weight, weights_of(learner)[name]), name
    loaded.learn(128)


def test_the_policy_alone_is_saved_and_loaded(tmp_path: Path) -> None:
    policy = make_learner().policy
    with torch.no_grad():
        policy.value_net.bias.fill_(0.25)
    policy.save(tmp_path / "policy.pt")
    loaded = TokenPolicy.load(str(tmp_path / "policy.pt"), device="cpu")
    windows = make_sb3_env(ENV_ID, n_envs=2, window=WINDOW).reset()
    observation, _ = policy.obs_to_tensor(windows)
    assert torch.equal(loaded.predict_values(observation), policy.predict_values(observation))


def test_the_trained_policy_is_a_language_model(tmp_path: Path) -> None:
    learner = make_learner()
    learner.learn(128)
    model = learner.policy.language_model
    assert model.model is learner.policy.model
    learner.policy.save_pretrained(tmp_path / "model")
    loaded = LanguageModel.from_pretrained(tmp_path / "model")
    for ours, theirs in zip(model.model.parameters(), loaded.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_the_model_stays_in_evaluation_mode() -> None:
    policy = make_learner().policy
    policy.set_training_mode(True)
    assert policy.training
    assert not policy.model.training


def test_equal_seeds_play_equal_rollouts() -> None:
    runs = []
    for _ in range(2):
        learner, recorded = make_learner(), RecordTokens()
        learner.learn(128, callback=recorded)
        runs.append(recorded.steps)
    for ours, theirs in zip(*runs, strict=True):
        assert np.array_equal(ours[0], theirs[0])
        assert np.array_equal(ours[1], theirs[1])


def test_a_bad_policy_is_refused() -> None:
    with pytest.raises(ArgumentError, match="temperature must be a number above 0, got 0"):
        make_learner(policy_kwargs={"temperature": 0.0})
    with pytest.raises(ModelError, match="No such folder"):
        make_learner(policy_kwargs={"model": "./nowhere/at/all"})
