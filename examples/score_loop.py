"""SCoRe in one loop over public parts: two stages of multi-turn REINFORCE.

Run ``python examples/score_loop.py`` from a checkout. Stage I trains the second attempt and
holds the first one to the base model by a KL. Stage II trains both attempts, and rewards the
second one also for what it changes. What `rethink_gym.agents.SCoRe` adds is more than two
attempts, checkpoints, validation, and the second term of the KL gradient.

Kumar et al., "Training Language Models to Self-Correct via Reinforcement Learning", 2024,
section 5 (arXiv:2409.12917).
"""

import argparse

import gymnasium as gym
import numpy as np
import torch

from rethink_gym.agents import LanguageModel, SamplingConfig, play_episodes
from rethink_gym.agents.batching.batch import micro_batches, turn_rewards
from rethink_gym.agents.objectives.losses import exact_kl, token_log_probs
from rethink_gym.agents.objectives.self_correction import score_advantages, stage_one_advantages
from rethink_gym.agents.rollout import env_attribute
from rethink_gym.metrics.turns import turn_metrics


def train(
    *,
    updates: int = 30,
    stage_one_frac: float = 0.75,
    problems_per_update: int = 32,
    samples_per_problem: int = 8,
    learning_rate: float = 1e-4,
    alpha: float = 10.0,
    beta1: float = 0.01,
    beta2: float = 1.0,
    max_new_tokens: int = 48,
    seed: int = 0,
) -> list[tuple[float, ...]]:
    """Train the bundled model by SCoRe.

    Args:
        updates: Number of optimizer steps.
        stage_one_frac: Fraction of the steps that Stage I takes.
        problems_per_update: Number of problems per step.
        samples_per_problem: Number of episodes of each problem.
        learning_rate: Initial learning rate of AdamW; it falls to 0 within each stage.
        alpha: Weight of the bonus for an attempt that changes the result.
        beta1: Weight of the KL to the base model, on both attempts.
        beta2: Weight of the further KL on the first attempt in Stage I.
        max_new_tokens: Maximum number of tokens of an attempt.
        seed: Seed of the problems and of the sampled tokens.

    Returns:
        The accuracy of each attempt in each update.
    """
    policy = LanguageModel.from_pretrained("tiny", seed=seed)
    policy.sampling = SamplingConfig(max_new_tokens=max_new_tokens, temperature=1.0)
    base = policy.frozen_copy()
    optimizer = torch.optim.AdamW(policy.model.parameters(), lr=learning_rate, weight_decay=0.0)
    num_episodes = problems_per_update * samples_per_problem
    env = gym.make_vec(
        "rethink_gym:MathSelfCorrect-v0", num_envs=num_episodes
    )  # each attempt has a reward
    num_problems = env_attribute(env, "num_problems", None)
    random = np.random.default_rng(seed)
    stage_one = round(stage_one_frac * updates)

    curve = []
    for update in range(updates):
        problems = random.integers(num_problems, size=problems_per_update)
        repeated = problems.repeat(samples_per_problem).tolist()
        episodes = play_episodes(policy, env, repeated, seed=seed)
        rewards, _ = turn_rewards(episodes)
        grouped = rewards.reshape(problems_per_update, samples_per_problem, 2)

        if update < stage_one:  # Stage I, equation 3
            progress = update / stage_one
            advantages = stage_one_advantages(grouped, trained_turn=1)
            kl_weights = torch.tensor([beta1 + beta2, beta1])
        else:  # Stage II, equations 4 and 5
            progress = (update - stage_one) / (updates - stage_one)
            advantages = score_advantages(grouped, alpha=alpha)
            kl_weights = torch.tensor([beta1, beta1])
        advantages = advantages.flatten(0, 1)
        optimizer.param_groups[0]["lr"] = learning_rate * (1.0 - progress)

        optimizer.zero_grad()
        policy.forget()
        for part in micro_batches(policy, episodes, max_tokens=2048):
            logits, _ = part.outputs(policy, temperature=1.0)
            with torch.no_grad():
                base_logits, _ = part.outputs(base, temperature=1.0)
            rows, turns = part.index[0], part.sampled.turns
            losses = -advantages[rows, turns] * token_log_probs(logits, part.sampled.token_ids)
            losses = losses + kl_weights[turns] * exact_kl(logits, base_logits)
            (losses.sum() / num_episodes).backward()  # type: ignore[no-untyped-call]  # untyped
        torch.nn.utils.clip_grad_norm_(policy.model.parameters(), 1.0)
        optimizer.step()

        metrics = turn_metrics(episodes)
        curve.append(metrics.accuracies)
        first, second = metrics.accuracies
        stage = 1 if update < stage_one else 2
        print(
            f"stage {stage}   update {update + 1:3d}   attempts {first:6.1%} → {second:6.1%}"
            f"   repaired {metrics.i_to_c:6.1%}   spoilt {metrics.c_to_i:6.1%}",
            flush=True,
        )
    env.close()
    return curve


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="SCoRe on MathSelfCorrect-v0, in one loop.")
    parser.add_argument("--updates", type=int, default=30, help="Number of optimizer steps.")
    parser.add_argument("--seed", type=int, default=0, help="Seed of problems and tokens.")
    arguments = parser.parse_args()
    train(updates=arguments.updates, seed=arguments.seed)
