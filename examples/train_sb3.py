"""Train the stock PPO of Stable-Baselines3 on self-correction, one token per step.

``python examples/train_sb3.py [TOKENS [PROBLEMS]]``; the 160,000 tokens of a whole run take
about four minutes on one core. Prints the accuracies of the first and the second attempt on
validation problems, before and after training.
"""

import sys

from stable_baselines3 import PPO

from rethink_gym.agents import SamplingConfig
from rethink_gym.evaluation import evaluate
from rethink_gym.integrations.sb3 import TokenPolicy, make_sb3_env

ENV_ID = "MathSelfCorrect-v0"
NUM_ENVS, NUM_STEPS, MINIBATCH = 64, 256, 4096


def main(num_tokens: int, num_problems: int) -> None:
    """Train for a number of tokens, and evaluate on validation problems before and after."""
    num_steps = min(NUM_STEPS, max(2, num_tokens // NUM_ENVS))
    learner = PPO(
        TokenPolicy,
        make_sb3_env(ENV_ID, model="tiny", n_envs=NUM_ENVS, window=256),
        policy_kwargs={"model": "tiny"},
        n_steps=num_steps,
        batch_size=min(MINIBATCH, NUM_ENVS * num_steps),
        n_epochs=2,
        learning_rate=3e-5,
        gamma=1.0,
        gae_lambda=1.0,
        vf_coef=0.1,
        verbose=1,
        seed=0,
        device="cpu",
    )
    assert isinstance(learner.policy, TokenPolicy)
    for label in ("before", "after"):
        if label == "after":
            learner.learn(num_tokens)
        evaluation = evaluate(
            learner.policy.language_model,
            ENV_ID,
            problems=num_problems,
            split="validation",
            sampling=SamplingConfig(max_new_tokens=96, temperature=0.0),
        )
        first, second = evaluation.metrics.accuracies
        print(f"{label}: first attempt {first:.1%}, second attempt {second:.1%}")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*given, *(160_000, 400)[len(given) :])
