"""Measure optimizer steps of one trainer, in a separate process.

``benchmarks/trainers.py`` runs it with the interpreter of the library: ``python
trainers_play.py SIDE SHAPE FOLDER WARM_UP STEPS``. The folder holds the model. Each side
imports only its own library. Prints the figures as JSON.
"""

import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from trainers_work import LEARNING_RATE, SHAPES, Shape, make_prompts, reward_of

NUM_PROMPTS = 512
SB3_STEPS, SB3_BATCH = 64, 256


class Clock:
    """Measures the cost of each optimizer step: sampling, rewards and training together.

    Attributes:
        lengths: Number of tokens of each completion in the current step.
        steps: Wall seconds, CPU seconds, completions and tokens of each finished step.
    """

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.steps: list[tuple[float, float, int, int]] = []
        self.peak_mb_before = peak_mb()
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def tick(self) -> None:
        """End a step and start the next one."""
        wall, cpu = time.perf_counter(), time.process_time()
        count, tokens = len(self.lengths), sum(self.lengths)
        self.steps.append((wall - self._wall, cpu - self._cpu, count, tokens))
        self.lengths = []
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def figures(self, warm_up: int) -> dict[str, float]:
        """Return medians over the steps after the warm-up."""
        wall, cpu, counts, tokens = zip(*self.steps[warm_up:], strict=True)
        return {
            "wall_s": statistics.median(wall),
            "cpu_s": statistics.median(cpu),
            "completions": statistics.fmean(counts),
            "tokens": statistics.fmean(tokens),
            "peak_mb": peak_mb(),
            "peak_mb_before": self.peak_mb_before,
        }


def peak_mb() -> float:
    """Return the peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours(name: str, settings: dict[str, Any]) -> Callable[[Shape, Path, int], Clock]:
    """Prepare a learner of this package, on an environment of this package."""

    def measure(shape: Shape, folder: Path, steps: int) -> Clock:
        from rethink_gym import agents
        from trainers_env import make_env

        kind = getattr(agents, name)
        env = make_env(make_prompts(shape, NUM_PROMPTS), shape.completions)
        config = kind.config_class(
            problems_per_update=shape.completions // shape.samples,
            samples_per_problem=shape.samples,
            max_new_tokens=shape.max_new_tokens,
            learning_rate=LEARNING_RATE,
            beta=0.0,
            **settings,
        )
        policy = agents.LanguageModel.from_pretrained(folder)
        learner = kind(policy, env, config, seed=0)
        learner.total_episodes = 2**31
        clock = Clock()
        for _ in range(steps):
            episodes = learner.collect()
            learner.update(episodes)
            clock.lengths = [episode.num_tokens for episode in episodes]
            clock.tick()
        return clock

    return measure


def trl(algorithm: str, *, num_parts: int = 1) -> Callable[[Shape, Path, int], Clock]:
    """Prepare TRL's GRPO or RLOO with a reward function; more parts need less memory."""

    def measure(shape: Shape, folder: Path, steps: int) -> Clock:
        import trl
        from datasets import Dataset
        from transformers import AutoModelForCausalLM, AutoTokenizer

        def reward(completions: Sequence[str], completion_ids: Any, **_: Any) -> list[float]:
            clock.lengths += map(len, completion_ids)
            return [reward_of(text) for text in completions]

        config = getattr(trl, f"{algorithm}Config")(
            output_dir=tempfile.mkdtemp(),
            per_device_train_batch_size=shape.completions // num_parts,
            gradient_accumulation_steps=num_parts,
            num_generations=shape.samples,
            max_completion_length=shape.max_new_tokens,
            max_steps=steps,
            beta=0.0,
            temperature=1.0,
            top_p=1.0,
            top_k=0,
            **_trl_settings(),
        )
        trainer = getattr(trl, f"{algorithm}Trainer")(
            model=AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32),
            processing_class=AutoTokenizer.from_pretrained(folder),
            reward_funcs=reward,
            train_dataset=Dataset.from_dict({"prompt": make_prompts(shape, NUM_PROMPTS)}),
            args=config,
        )
        clock = _watch(trainer)
        trainer.train()
        return clock

    return measure


def trl_ppo(shape: Shape, folder: Path, steps: int) -> Clock:
    """Measure the PPO of TRL until 1.9, which needs models for reward and value."""
    from datasets import Dataset
    from transformers import (
        AutoModelForCausalLM,
        AutoModelForSequenceClassification,
        AutoTokenizer,
    )
    from trl.experimental.ppo import PPOConfig, PPOTrainer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    reward_model, value_model = (
        AutoModelForSequenceClassification.from_pretrained(
            folder, num_labels=1, dtype=torch.float32
        )
        for _ in range(2)
    )
    rows = [tokenizer(prompt)["input_ids"] for prompt in make_prompts(shape, NUM_PROMPTS)]
    config = PPOConfig(
        output_dir=tempfile.mkdtemp(),
        per_device_train_batch_size=shape.completions,
        total_episodes=steps * shape.completions,
        response_length=shape.max_new_tokens,
        temperature=1.0,
        kl_coef=0.0,
        num_ppo_epochs=1,
        num_mini_batches=1,
        num_sample_generations=0,
        stop_token="eos",
        **_trl_settings(),
    )
    trainer = PPOTrainer(
        args=config,
        processing_class=tokenizer,
        model=AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32),
        ref_model=AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32),
        reward_model=reward_model,
        value_model=value_model,
        train_dataset=Dataset.from_dict({"input_ids": rows}),
        eval_dataset=Dataset.from_dict({"input_ids": rows[: shape.completions]}),
    )

    def count(_: Any, inputs: Any, kwargs: dict[str, Any]) -> None:
        # The reward model reads prompt and completion, padded after the end token.
        token_ids = kwargs["input_ids"][:, shape.prompt_tokens :]
        mask = kwargs["attention_mask"][:, shape.prompt_tokens :]
        clock.lengths += mask.sum(dim=1).tolist() if mask.shape == token_ids.shape else []

    clock = _watch(trainer)
    reward_model.base_model.register_forward_pre_hook(count, with_kwargs=True)
    trainer.train()
    return clock


def _trl_settings() -> dict[str, Any]:
    return {
        "learning_rate": LEARNING_RATE,
        "lr_scheduler_type": "constant",
        "use_cpu": True,
        "bf16": False,
        "gradient_checkpointing": False,
        "report_to": "none",
        "save_strategy": "no",
        "disable_tqdm": True,
        "seed": 0,
    }


def _watch(trainer: Any) -> Clock:
    """Let a trainer of transformers tick the clock at the end of each step."""
    from transformers import TrainerCallback

    clock = Clock()

    class Ticking(TrainerCallback):
        def on_step_end(self, *_: Any, **__: Any) -> None:
            clock.tick()

    trainer.add_callback(Ticking())
    return clock


def sb3(is_naive: bool) -> Callable[[Shape, Path, int], Clock]:
    """Prepare the stock PPO of Stable-Baselines3, with one token per step."""

    def measure(shape: Shape, folder: Path, steps: int) -> Clock:
        from stable_baselines3 import PPO
        from stable_baselines3.common.callbacks import BaseCallback

        from rethink_gym.integrations.sb3 import TokenPolicy
        from sb3 import make_naive_policy
        from trainers_env import make_token_env

        class Ticking(BaseCallback):
            def _on_step(self) -> bool:
                return True

            def _on_rollout_start(self) -> None:
                if self.num_timesteps:
                    clock.lengths = [shape.max_new_tokens] * shape.completions
                    clock.tick()

        env = make_token_env(
            make_prompts(shape, NUM_PROMPTS),
            folder,
            shape.completions,
            window=shape.prompt_tokens + shape.max_new_tokens,
            max_new_tokens=shape.max_new_tokens,
        )
        learner = PPO(
            make_naive_policy() if is_naive else TokenPolicy,
            env,
            seed=0,
            device="cpu",
            n_steps=shape.max_new_tokens,
            batch_size=SB3_BATCH,
            n_epochs=1,
            learning_rate=LEARNING_RATE,
            gamma=1.0,
            policy_kwargs={"model": str(folder)},
        )
        clock = Clock()
        callback = Ticking()
        learner.learn(steps * shape.completions * shape.max_new_tokens, callback)
        clock.lengths = [shape.max_new_tokens] * shape.completions
        clock.tick()
        return clock

    return measure


SIDES: dict[str, Callable[[Shape, Path, int], Clock]] = {
    "ours: RLOO": ours("RLOO", {}),
    "ours: PPO": ours("PPO", {"num_epochs": 1, "num_minibatches": 1}),
    "TRL: GRPO": trl("GRPO"),
    "TRL: GRPO in 4 parts": trl("GRPO", num_parts=4),
    "TRL: RLOO": trl("RLOO"),
    "TRL: PPO": trl_ppo,
    "SB3: PPO, rows alone": sb3(is_naive=True),
    "SB3: PPO, our policy": sb3(is_naive=False),
}


def main() -> None:
    """Measure one side at one shape."""
    side, shape, folder, warm_up, steps = sys.argv[1:]
    torch.set_num_threads(1)
    clock = SIDES[side](SHAPES[shape], Path(folder), int(warm_up) + int(steps))
    print(json.dumps(clock.figures(int(warm_up))))


if __name__ == "__main__":
    main()
