"""GRPO from environment to optimizer step, in one loop over public parts.

Run ``python examples/rl_loop.py`` from a checkout. It trains the bundled model, of 0.47 million
parameters, to solve sums in two attempts, and prints accuracy and reward of every update.
Everything that happens is on this page: rollout, rewards, advantages, loss, step. What
`rethink_gym.agents.GRPO` adds is checkpoints, validation, logs, several steps per update,
and the second term of the KL gradient.

Shao et al., "DeepSeekMath", 2024, section 4.1 (arXiv:2402.03300).
"""

import argparse

import gymnasium as gym
import numpy as np
import torch

from rethink_gym.agents import LanguageModel, SamplingConfig, play_episodes
from rethink_gym.agents.batching.batch import micro_batches, turn_rewards
from rethink_gym.agents.objectives.advantages import discounted_returns, group_advantages
from rethink_gym.agents.objectives.losses import (
    clipped_policy_losses,
    exact_kl,
    loss_weights,
    token_log_probs,
)
from rethink_gym.agents.rollout import env_attribute
from rethink_gym.metrics.turns import turn_metrics


def train(
    *,
    updates: int = 30,
    problems_per_update: int = 16,
    samples_per_problem: int = 8,
    learning_rate: float = 1e-4,
    beta: float = 0.04,
    max_new_tokens: int = 48,
    seed: int = 0,
) -> list[float]:
    """Train the bundled model by GRPO.

    Args:
        updates: Number of optimizer steps.
        problems_per_update: Number of problems per step.
        samples_per_problem: Number of episodes of each problem: the group.
        learning_rate: Learning rate of AdamW.
        beta: Weight of the KL to the model at the start.
        max_new_tokens: Maximum number of tokens of an attempt.
        seed: Seed of the problems and of the sampled tokens.

    Returns:
        The mean reward of each update.
    """
    # 1. A policy that is trained, and a frozen copy of it that it stays close to.
    policy = LanguageModel.from_pretrained("tiny", seed=seed)
    policy.sampling = SamplingConfig(max_new_tokens=max_new_tokens, temperature=1.0)
    reference = policy.frozen_copy()
    optimizer = torch.optim.AdamW(policy.model.parameters(), lr=learning_rate, weight_decay=0.0)

    # 2. A Gymnasium vector environment: one slot per episode of an update.
    num_episodes = problems_per_update * samples_per_problem
    env = gym.make_vec("rethink_gym:MathSelfCorrect-v0", num_envs=num_episodes)
    num_problems = env_attribute(env, "num_problems", None)
    random = np.random.default_rng(seed)

    curve = []
    for update in range(1, updates + 1):
        # 3. Rollout: several samples of each problem, through reset and step.
        problems = random.integers(num_problems, size=problems_per_update)
        repeated = problems.repeat(samples_per_problem).tolist()
        episodes = play_episodes(policy, env, repeated, seed=seed)

        # 4. Rewards and returns of each turn, and how much better than its group each is.
        rewards, has_turn = turn_rewards(episodes)
        groups = (problems_per_update, samples_per_problem, -1)
        returns = discounted_returns(rewards, gamma=1.0).reshape(groups)
        advantages = group_advantages(returns, has_turn.reshape(groups)).flatten(0, 1)

        # 5. Loss: of every sampled token, averaged over the tokens of its episode.
        lengths = torch.tensor([episode.num_tokens for episode in episodes])
        weights = loss_weights(lengths, "sequence_mean")
        optimizer.zero_grad()
        policy.forget()  # the cache of the rollout is void once the weights change
        for part in micro_batches(policy, episodes, max_tokens=2048):
            logits, _ = part.outputs(policy, temperature=1.0)
            with torch.no_grad():
                reference_logits, _ = part.outputs(reference, temperature=1.0)
            log_probs = token_log_probs(logits, part.sampled.token_ids)
            rows, turns = part.index[0], part.sampled.turns
            losses = clipped_policy_losses(log_probs, log_probs, advantages[rows, turns])
            losses = losses + beta * exact_kl(logits, reference_logits)
            (weights[rows] * losses).sum().backward()  # type: ignore[no-untyped-call]  # untyped

        # 6. Step.
        torch.nn.utils.clip_grad_norm_(policy.model.parameters(), 1.0)
        optimizer.step()

        metrics = turn_metrics(episodes)
        curve.append(float(np.mean([episode.total_reward for episode in episodes])))
        attempts = " → ".join(f"{accuracy:6.1%}" for accuracy in metrics.accuracies)
        print(f"update {update:3d}   reward {curve[-1]:.3f}   accuracy {attempts}", flush=True)
    env.close()
    return curve


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="GRPO on MathSelfCorrect-v0, in one loop.")
    parser.add_argument("--updates", type=int, default=30, help="Number of optimizer steps.")
    parser.add_argument("--seed", type=int, default=0, help="Seed of problems and tokens.")
    arguments = parser.parse_args()
    train(updates=arguments.updates, seed=arguments.seed)
