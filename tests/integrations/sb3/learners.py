"""Stock learners of Stable-Baselines3 with our policy."""

from typing import Any

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm

from rethink_gym.integrations.sb3 import TokenPolicy, make_sb3_env

ENV_ID = "MathSelfCorrect-v0"
WINDOW = 256


def make_learner(
    kind: type[OnPolicyAlgorithm] = PPO, n_envs: int = 4, env_id: str = ENV_ID, **options: Any
) -> Any:
    env = make_sb3_env(env_id, n_envs=n_envs, window=WINDOW, max_new_tokens=20)
    # With some weight on the entropy there is something to learn without any reward.
    settings: dict[str, Any] = {
        "n_steps": 32,
        "ent_coef": 0.01,
        "seed": 0,
        "device": "cpu",
    } | options
    if kind is PPO:
        settings = {"batch_size": 128, "n_epochs": 1} | settings
    return kind(TokenPolicy, env, **settings)


def weights_of(learner: Any) -> dict[str, torch.Tensor]:
    return {name: weight.clone() for name, weight in learner.policy.state_dict().items()}
