"""Compare the token-level stock PPO of Stable-Baselines3 with our sequence-level REINFORCE.

    python benchmarks/sb3.py --seeds 3

Both train the bundled model on ``MathSelfCorrect-v0`` until they have sampled the same
number of tokens, and REINFORCE also until it has used about as many CPU seconds as PPO. Each
run has its own process with one thread. Then both are evaluated greedily on the same held-out
problems. The cost of fewer tokens is also measured for PPO with a naive policy that computes
every row of tokens alone. Prints returns, CPU seconds and peak memory, and writes
``results/sb3.json``.
"""

import argparse
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from record import write_record

ENV_ID = "MathSelfCorrect-v0"
PPO_SETTINGS: dict[str, Any] = {
    "n_steps": 256,
    "batch_size": 4096,
    "n_epochs": 2,
    "learning_rate": 3e-5,
    "gamma": 1.0,
    "gae_lambda": 1.0,
    "vf_coef": 0.1,
}
NUM_ENVS, WINDOW, MAX_NEW_TOKENS = 64, 256, 96
COST_SETTINGS = PPO_SETTINGS | {"n_steps": 64, "batch_size": 256, "n_epochs": 1}
"""A rollout of 4,096 tokens, with minibatches that fit into the memory of the naive policy."""
COST_TOKENS = 4096
LONGER = 5
"""REINFORCE samples about this many times the tokens of PPO in the same CPU seconds."""


def run(name: str, seed: int, num_tokens: int, num_problems: int) -> dict[str, Any]:
    """Train once, and measure the cost and the result."""
    import torch

    torch.set_num_threads(1)
    train = {"ppo": train_ppo, "ppo, rows alone": train_naively, "reinforce": train_reinforce}[name]
    policy, learn = train(seed, num_tokens)
    at_start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    played = learn()
    figures = {
        "algorithm": name,
        "seed": seed,
        "cpu_s": round(time.process_time() - started, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "peak_mb_before": round(at_start / 1024),
        **played,
    }
    figures["tokens_per_cpu_s"] = round(figures["tokens"] / figures["cpu_s"])
    if num_problems:
        from rethink_gym.agents import SamplingConfig
        from rethink_gym.evaluation import evaluate

        sampling = SamplingConfig(max_new_tokens=MAX_NEW_TOKENS, temperature=0.0)
        metrics = evaluate(policy, ENV_ID, problems=num_problems, sampling=sampling).metrics
        figures |= {f"accuracy@t{t}": accuracy for t, accuracy in enumerate(metrics.accuracies, 1)}
    return figures


def train_ppo(seed: int, num_tokens: int) -> tuple[Any, Callable[[], dict[str, Any]]]:
    """Prepare PPO with our token-level policy."""
    from rethink_gym.integrations.sb3 import TokenPolicy

    settings = PPO_SETTINGS if num_tokens > COST_TOKENS else COST_SETTINGS
    return prepare_ppo(TokenPolicy, seed, num_tokens, settings)


def train_naively(seed: int, num_tokens: int) -> tuple[Any, Callable[[], dict[str, Any]]]:
    """Prepare PPO with a policy that computes each row alone."""
    return prepare_ppo(make_naive_policy(), seed, num_tokens, COST_SETTINGS)


def make_naive_policy() -> Any:
    """Create the class of a policy that computes each row alone, from its first token."""
    import torch
    from stable_baselines3.common.distributions import Distribution
    from torch.nn.utils.rnn import pad_sequence

    from rethink_gym.integrations.sb3 import TokenPolicy

    class NaivePolicy(TokenPolicy):
        def _forward(self, obs: Any) -> tuple[Distribution, torch.Tensor]:
            rows = [row[row >= 0] for row in obs]
            token_ids = pad_sequence(rows, batch_first=True)
            output = self.model(input_ids=token_ids, use_cache=False, output_hidden_states=True)
            lasts = torch.arange(len(rows)), torch.tensor([len(row) - 1 for row in rows])
            distribution = self.action_dist.proba_distribution(output.logits[lasts])
            return distribution, self.value_net(output.hidden_states[-1][lasts])

    return NaivePolicy


def prepare_ppo(
    policy: Any, seed: int, num_tokens: int, settings: dict[str, Any]
) -> tuple[Any, Callable[[], dict[str, Any]]]:
    """Prepare PPO with a policy; the return is the mean of the last 400 episodes."""
    from stable_baselines3 import PPO

    from rethink_gym.integrations.sb3 import make_sb3_env

    env = make_sb3_env(ENV_ID, n_envs=NUM_ENVS, window=WINDOW, max_new_tokens=MAX_NEW_TOKENS)
    learner = PPO(policy, env, seed=seed, device="cpu", stats_window_size=400, **settings)

    def learn() -> dict[str, Any]:
        learner.learn(num_tokens)
        last = [float(episode["r"]) for episode in learner.ep_info_buffer or ()]
        return {"tokens": learner.num_timesteps, "return": sum(last) / max(1, len(last))}

    return learner.policy.language_model, learn


def train_reinforce(seed: int, num_tokens: int) -> tuple[Any, Callable[[], dict[str, Any]]]:
    """Prepare our sequence-level learner; the return is that of the last update."""
    from rethink_gym.agents import REINFORCE, LanguageModel, REINFORCEConfig

    policy = LanguageModel.from_pretrained("tiny")
    learner = REINFORCE(policy, ENV_ID, REINFORCEConfig(max_new_tokens=MAX_NEW_TOKENS), seed=seed)
    learner.total_episodes = round(num_tokens / 45)  # about; for the schedule

    def learn() -> dict[str, Any]:
        tokens = 0
        mean = 0.0
        while tokens < num_tokens:
            episodes = learner.collect()
            learner.update(episodes)
            learner.num_episodes += len(episodes)
            tokens += sum(episode.num_tokens for episode in episodes)
            mean = sum(episode.total_reward for episode in episodes) / len(episodes)
        return {"tokens": tokens, "return": mean}

    return policy, learn


def main() -> None:
    """Run everything, print every run and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=163_840)
    parser.add_argument("--problems", type=int, default=1000)
    options = parser.parse_args()
    jobs = [(name, 0, COST_TOKENS, 0) for name in ("ppo, rows alone", "ppo", "reinforce")]
    jobs += [
        (name, seed, num_tokens, options.problems)
        for seed in range(options.seeds)
        for name, num_tokens in (
            ("ppo", options.tokens),
            ("reinforce", options.tokens),
            ("reinforce", LONGER * options.tokens),
        )
    ]
    runs: list[dict[str, Any]] = []
    # One process for each run: peak memory is that of a process.
    for job in jobs:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
            runs.append(executor.submit(run, *job).result())
        print(", ".join(f"{name} {value}" for name, value in runs[-1].items()), flush=True)
    settings = vars(options) | {
        "ppo": PPO_SETTINGS,
        "ppo for costs": COST_SETTINGS,
        "num_envs": NUM_ENVS,
        "window": WINDOW,
        "max_new_tokens": MAX_NEW_TOKENS,
    }
    print(write_record("sb3", settings, runs))


if __name__ == "__main__":
    main()
