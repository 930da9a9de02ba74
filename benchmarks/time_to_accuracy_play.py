"""Train one side of ``benchmarks/time_to_accuracy.py`` once, in a separate process.

Run with the interpreter of the library, and with this package on its path: ``python
time_to_accuracy_play.py SIDE RATE SEED FILE``. The time of training and verification is
counted. The time of loading and of the evaluations, which use the same code on both sides, is
not. The figures are written as JSON, in one atomic step.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.conversation import Message, Role
from rethink_gym.evaluation.evaluate import evaluate

ENV_ID = "Math-v0"
GAINS = (0.15, 0.4)
"""Gains over the base model: one that takes a few steps, and one that takes more."""

PROBLEMS_PER_STEP, SAMPLES, MAX_NEW_TOKENS = 32, 8, 96
MAX_STEPS = 60
VALIDATION = 500


class Race:
    """Clock of a run, with the accuracies that are measured while it is stopped.

    Args:
        policy: Policy that shares its weights with the trained model.

    Attributes:
        curve: Step, accuracy, and wall and CPU seconds of training so far.
        targets: Accuracies to reach.
    """

    def __init__(self, policy: LanguageModel) -> None:
        self._policy = policy
        self._wall = self._cpu = 0.0
        self.curve = [(0, self._accuracy(), 0.0, 0.0)]
        self.targets = [self.curve[0][1] + gain for gain in GAINS]
        self._since = (time.perf_counter(), time.process_time())

    def step(self, number: int) -> bool:
        """Record a finished step, and return whether training continues."""
        self._wall += time.perf_counter() - self._since[0]
        self._cpu += time.process_time() - self._since[1]
        self.curve.append((number, self._accuracy(), self._wall, self._cpu))
        self._since = (time.perf_counter(), time.process_time())
        return self.curve[-1][1] < self.targets[-1]

    def reached(self, target: float) -> dict[str, float] | None:
        """Return the cost of reaching a target; None if it was not reached."""
        for step, accuracy, wall_s, cpu_s in self.curve:
            if accuracy >= target:
                episodes = step * PROBLEMS_PER_STEP * SAMPLES
                return {"episodes": episodes, "wall_s": wall_s, "cpu_s": cpu_s}
        return None

    def _accuracy(self) -> float:
        """Evaluate greedily on validation problems, without an effect on training."""
        sampling = SamplingConfig(max_new_tokens=MAX_NEW_TOKENS, temperature=0.0)
        measured = evaluate(
            self._policy, ENV_ID, problems=VALIDATION, split="validation", sampling=sampling
        )
        self._policy.forget()
        return measured.metrics.to_scalars()["accuracy@t1"]


def train_ours(rate: float, seed: int) -> Race:
    """Train with RLOO of this package until the last target is reached."""
    from stable_baselines3.common.callbacks import BaseCallback

    from rethink_gym.agents import RLOO, RLOOConfig

    class Watching(BaseCallback):
        def _on_step(self) -> bool:
            return race.step(self.model.num_updates)  # type: ignore[attr-defined]  # our own

    config = RLOOConfig(
        problems_per_update=PROBLEMS_PER_STEP,
        samples_per_problem=SAMPLES,
        max_new_tokens=MAX_NEW_TOKENS,
        learning_rate=rate,
        learning_rate_schedule="constant",
        beta=0.0,
    )
    policy = LanguageModel.from_pretrained("tiny")
    learner = RLOO(policy, ENV_ID, config, seed=seed)
    race = Race(policy)
    learner.learn(MAX_STEPS * learner.episodes_per_update, callback=Watching())
    return race


def train_trl(rate: float, seed: int) -> Race:
    """Train with TRL's RLOO, with the same problems and the verifier as reward function."""
    import gymnasium as gym
    from datasets import Dataset
    from transformers import TrainerCallback
    from trl import RLOOConfig, RLOOTrainer

    class Watching(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            control.should_training_stop |= not race.step(state.global_step)

    env: Any = gym.make(ENV_ID).unwrapped
    indices = np.random.default_rng(seed).integers(
        env.num_problems, size=MAX_STEPS * PROBLEMS_PER_STEP
    )
    problems = [env.task.problem(index, "train") for index in indices.tolist()]
    by_id = {problem.id: problem for problem in problems}
    policy = LanguageModel.from_pretrained("tiny")
    rows = [
        {"prompt": as_text(policy, problem.prompt), "problem_id": problem.id}
        for problem in problems
    ]

    def reward(completions: Sequence[str], problem_id: Sequence[str], **_: Any) -> list[float]:
        asked = [by_id[each] for each in problem_id]
        return [verdict.score for verdict in env.verifier.verify_batch(completions, asked)]

    trainer = RLOOTrainer(
        model=policy.model,
        processing_class=policy.tokenizer,
        reward_funcs=reward,
        train_dataset=Dataset.from_list(rows),
        args=RLOOConfig(
            output_dir=tempfile.mkdtemp(),
            per_device_train_batch_size=PROBLEMS_PER_STEP * SAMPLES,
            num_generations=SAMPLES,
            max_completion_length=MAX_NEW_TOKENS,
            max_steps=MAX_STEPS,
            learning_rate=rate,
            lr_scheduler_type="constant",
            beta=0.0,
            temperature=1.0,
            top_p=1.0,
            top_k=0,
            shuffle_dataset=False,
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            report_to="none",
            save_strategy="no",
            disable_tqdm=True,
            seed=seed,
        ),
    )
    trainer.add_callback(Watching())
    race = Race(policy)
    trainer.train()
    return race


def as_text(policy: LanguageModel, prompt: str) -> str:
    """Return the text whose tokens are the prompt tokens of the policy."""
    token_ids = list(policy.tokenize((Message(Role.USER, prompt),)).token_ids)
    text = str(policy.tokenizer.decode(token_ids))
    if policy.tokenizer(text)["input_ids"] != token_ids:
        raise RuntimeError(f"{text!r} does not give back its tokens")
    return text


SIDES = {"ours": train_ours, "TRL": train_trl}


def main() -> None:
    """Run once and write the figures."""
    side, rate, seed, file = sys.argv[1:]
    torch.set_num_threads(1)
    race = SIDES[side](float(rate), int(seed))
    figures = {
        "side": side,
        "learning_rate": float(rate),
        "seed": int(seed),
        "base": race.curve[0][1],
        "reached": [race.reached(target) for target in race.targets],
        "load": round(os.getloadavg()[0], 2),
        "curve": race.curve,
    }
    part = Path(file).with_suffix(".part")
    part.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    part.replace(file)


if __name__ == "__main__":
    main()
