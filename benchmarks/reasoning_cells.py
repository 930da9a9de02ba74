"""Cells of the study of reasoning: their training, initial models and evaluation.

Names of cells are ``ROW/seedN``. A row is a method, its initial model and the size of the
model, such as ``"ppo_sparse-sft-large"``. Work functions find their initial models by these
names below the folder of the table.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from stable_baselines3.common.callbacks import BaseCallback

from cells import Cell
from rethink_gym import agents
from rethink_gym.agents.objectives.credit import step_prefixes
from rethink_gym.conversation import Message, Role
from rethink_gym.episode import Episode, save_episodes
from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.metrics import rerank_at_k
from rethink_gym.metrics.turns import correct_answers
from rethink_gym.verifiers.math.form import FormVerifier
from rethink_gym.verifiers.steps import StepVerifier
from tiny_model.train import TrainConfig, train

if TYPE_CHECKING:
    from rethink_gym.agents.training.algorithm import Algorithm

__all__ = ["METHODS", "PASSES", "ROLLOUTS", "SAMPLES", "SIZES", "STARTS", "stages"]

ENV_ID = "Math-v0"
SIZES: Mapping[str, Mapping[str, int]] = {
    "large": {},
    "small": {"hidden_size": 64, "num_layers": 3},
}
"""The two models, by their differences from the bundled model."""

SAMPLES = 16
STARTS = ("pretrained", "sft")
TRACES = 640
"""Worked solutions per epoch of supervised fine-tuning."""

PASSES = (1, 2, 4)
"""Epochs of supervised fine-tuning. The first gives SFT-light, an initial model of all methods."""

METHODS = ("ei", "ppo_sparse", "ppo_dense", "ppo_orm", "rcrl")
SMALL_METHODS = ("ei", "ppo_sparse")
"""Methods for the small model: enough for the claims about sizes."""

FURTHER_SEEDS = {"sft1-large": 20, "sft1-large-measured": 20, "ei-pretrained-large": 20}
"""Number of further seeds of a row: with fewer, A6 is undecided."""

PROBLEMS_PER_ROUND, SAMPLES_PER_PROBLEM, ROUNDS = 256, 4, 4
PPO_REWARDS: Mapping[str, Literal["sparse", "dense", "orm_potential"]] = {
    "ppo_sparse": "sparse",
    "ppo_dense": "dense",
    "ppo_orm": "orm_potential",
}
"""The rewards of PPO, by the name of its row."""

ROLLOUTS = {
    "ei": PROBLEMS_PER_ROUND * SAMPLES_PER_PROBLEM * ROUNDS,
    "ppo": PROBLEMS_PER_ROUND * SAMPLES_PER_PROBLEM * ROUNDS,
    "rcrl": 2 * PROBLEMS_PER_ROUND * SAMPLES_PER_PROBLEM,  # of 1,024 problems, two of each
    "orm": 4_096,
}
"""Number of episodes that each method samples itself."""

Figures = dict[str, Any]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

_SAMPLES = "samples.json"


def stages(seeds: int, *, sizes: Sequence[str], problems: int) -> list[list[Cell]]:
    """List all cells in stages; each stage needs the results of those before.

    Args:
        seeds: Number of seeds.
        sizes: Models, from `SIZES`.
        problems: Number of problems of ``test`` for the evaluation.

    Returns:
        The stages in order.
    """
    common = {"problems": problems}
    numbers = range(seeds + max(FURTHER_SEEDS.values()))
    starts = [
        Cell(name=f"pretrained-{size}/seed0", work=run_pretraining, settings={"size": size})
        for size in sizes
    ]
    tuned = [
        Cell(
            name=f"sft{passes}-{size}/seed{seed}",
            work=run_sft,
            settings={**common, "size": size, "passes": passes, "seed": seed},
        )
        for seed in numbers
        for size in sizes
        for passes in (PASSES if size == "large" else PASSES[:1])
    ]
    models = [
        Cell(
            name=f"orm-{size}/seed{seed}",
            work=run_orm,
            settings={**common, "size": size, "seed": seed},
        )
        for seed in range(seeds)
        for size in sizes
    ]
    trained: list[Cell] = []
    later: list[Cell] = []  # cells that need a reward model, or a model of another cell
    for seed in numbers:
        for size in sizes:
            for method in METHODS if size == "large" else SMALL_METHODS:
                for start in STARTS:
                    cell = Cell(
                        name=f"{method}-{start}-{size}/seed{seed}",
                        work=run_method,
                        settings={
                            **common,
                            "size": size,
                            "start": start,
                            "method": method,
                            "seed": seed,
                        },
                    )
                    (later if method in ("ppo_orm", "rcrl") else trained).append(cell)
    measured = [
        Cell(
            name=f"{row}-measured/seed{seed}",
            work=run_measuring,
            settings={**common, "row": row, "size": size, "seed": seed},
        )
        for seed in numbers
        for size in sizes
        for row in (f"pretrained-{size}", f"sft1-{size}")
    ]
    reranked = [
        Cell(
            name=f"rerank-{cell.name}",
            work=run_reranking,
            settings={"row": cell.name, "size": cell.settings["size"], "seed": seed},
        )
        for cell in (*measured, *trained, *later)
        for seed in [cell.settings["seed"]]
    ]
    planned = [starts, tuned, [*measured, *trained], models, later, reranked]
    return [[cell for cell in stage if _is_wanted(cell, seeds)] for stage in planned]


def _is_wanted(cell: Cell, seeds: int) -> bool:
    row, _, seed = cell.name.partition("/seed")
    return int(seed) < seeds + FURTHER_SEEDS.get(row, 0)


def run_pretraining(folder: Path, *, size: str) -> Figures:
    """Pretrain the model of one size like the bundled model, which is the large one."""
    home = folder / "policy"
    recipe = TrainConfig(**SIZES[size])
    if recipe == TrainConfig():
        agents.LanguageModel.from_pretrained("tiny").save_pretrained(home)
    else:
        home.mkdir(exist_ok=True)
        train(recipe, home)
    return {"recipe": asdict(recipe)}


def run_sft(folder: Path, *, size: str, passes: int, seed: int, problems: int) -> Figures:
    """Fine-tune the pretrained model on worked solutions."""
    policy = _policy(folder.parents[1] / f"pretrained-{size}" / "seed0", seed)
    config = agents.SFTConfig(num_problems=TRACES, learning_rate=3e-4)
    learner = agents.SFT(policy, ENV_ID, config, seed=seed)
    kept = _KeepEpisodes()
    learner.learn(passes * TRACES, callback=kept)
    policy.save_pretrained(folder / "policy")
    seen = {episode.problem_id: episode for episode in kept.episodes}
    save_episodes(folder / "demonstrations.jsonl", seen.values())
    return {"config": asdict(config), **measure(policy, problems)}


def run_orm(folder: Path, *, size: str, seed: int, problems: int) -> Figures:
    """Train an outcome reward model on samples of SFT-light, as the paper does."""
    policy = _policy(folder.parents[1] / f"sft1-{size}" / f"seed{seed}", seed)
    config = agents.ORMConfig()
    learner = agents.ORM(policy, ENV_ID, config, seed=seed)
    learner.learn(ROLLOUTS["orm"])
    learner.model.save_pretrained(folder / "orm")
    return {"config": asdict(config)}


def run_measuring(folder: Path, *, row: str, size: str, seed: int, problems: int) -> Figures:
    """Evaluate an initial model as the methods are evaluated."""
    home = f"seed{0 if row.startswith('pretrained') else seed}"
    policy = _policy(folder.parents[1] / row / home, seed)
    return measure(policy, problems, keep=folder)


def run_reranking(folder: Path, *, row: str, size: str, seed: int) -> Figures:
    """Rerank the samples of a cell with the reward model of a seed."""
    root = folder.parents[1]
    kept = json.loads((root / row / _SAMPLES).read_text(encoding="utf-8"))
    model = _orm(root, size, seed)
    scores = [
        _scores(model, [each["prompt"]] * len(each["answers"]), each["answers"]) for each in kept
    ]
    is_correct = np.array([each["is_correct"] for each in kept])
    return {
        f"rerank@{SAMPLES}": float(rerank_at_k(is_correct, scores, SAMPLES).mean()),
        "auc": area_under_curve(is_correct.ravel(), np.ravel(scores)),
    }


def run_method(
    folder: Path, *, method: str, start: str, size: str, seed: int, problems: int
) -> Figures:
    """Train an initial model with one method and evaluate the result."""
    root = folder.parents[1]
    base = root / f"pretrained-{size}" / "seed0"
    tuned = root / f"sft1-{size}" / f"seed{seed}"
    initial = base if start == "pretrained" else tuned
    env_kwargs: dict[str, Any] = {}
    rounds: dict[str, Any] = {
        "num_problems": PROBLEMS_PER_ROUND,
        "samples_per_problem": SAMPLES_PER_PROBLEM,
    }
    learner: Algorithm[Any]
    if method == "ei":
        config: Any = agents.ExpertIterationConfig(
            **rounds,
            base_model=str(base / "policy"),
            initial_data="none" if start == "pretrained" else str(tuned / "demonstrations.jsonl"),
        )
        learner = agents.ExpertIteration(
            _policy(initial, seed), ENV_ID, config, seed=seed, env_kwargs=env_kwargs
        )
    elif method == "rcrl":
        # Samples of the policy that expert iteration trained, labelled by their returns. Its
        # samples hardly differ, so many problems are more useful than many samples.
        config = agents.RCRLConfig(
            num_problems=ROLLOUTS["rcrl"] // 2,
            samples_per_problem=2,
            base_model=str(initial / "policy"),
        )
        trained = _policy(root / f"ei-{start}-{size}" / f"seed{seed}", seed)
        learner = agents.RCRL(trained, ENV_ID, config, seed=seed, env_kwargs=env_kwargs)
    else:
        config = agents.PPOConfig(
            rewards=PPO_REWARDS[method],
            reward_model=str(_orm_folder(root, size, seed)) if method == "ppo_orm" else "",
        )
        if method == "ppo_dense":
            env_kwargs["verifier"] = StepVerifier(final=FormVerifier(), use_reference=True)
        learner = agents.PPO(
            _policy(initial, seed), ENV_ID, config, seed=seed, env_kwargs=env_kwargs
        )
    curve = _Curve(problems if method in SMALL_METHODS and size == "large" else 0)
    learner.learn(ROLLOUTS["ppo" if method.startswith("ppo") else method], callback=curve)
    learner.policy.save_pretrained(folder / "policy")
    figures = measure(learner, problems, keep=folder)
    if isinstance(learner, agents.RCRL):
        learner.best_label = learner.config.bad_label
        figures["maj@1, bad label"] = greedy(learner, problems)["maj@1"]
    settings = {name: value for name, value in asdict(config).items() if "/" not in str(value)}
    return {"config": settings, "curve": curve.points, "early": curve.early, **figures}


def measure(policy: Any, problems: int, keep: Path | None = None) -> Figures:
    """Evaluate greedily and with `SAMPLES` samples at temperature 1, and store the samples."""
    sampled = _sampled(policy, problems)
    is_correct = correct_answers(sampled.episodes)[:, -1].reshape(problems, SAMPLES)
    means = {name: float(each.mean()) for name, each in sampled.values.items()}
    if keep is not None:
        groups = [sampled.episodes[n : n + SAMPLES] for n in range(0, problems * SAMPLES, SAMPLES)]
        kept = [
            {
                "prompt": group[0].turns[0].observation,
                "answers": [episode.turns[-1].completion.text for episode in group],
                "is_correct": of_group.tolist(),
            }
            for group, of_group in zip(groups, is_correct, strict=True)
        ]
        (keep / _SAMPLES).write_text(json.dumps(kept), encoding="utf-8")
    return {
        **greedy(policy, problems),
        **{name: means[name] for name in means if name.startswith(("pass@", "maj@"))},
        "pass@1": means["accuracy@t1"],
        "answer_entropy": means["answer_entropy"],
        "right": is_correct.sum(axis=1).tolist(),
        "distinct_right": sampled.values["distinct_right"].astype(int).tolist(),
    }


def greedy(policy: Any, problems: int, split: str = "test") -> Figures:
    """Evaluate with greedy decoding."""
    evaluation = evaluate(policy, ENV_ID, problems=problems, split=split, temperature=0)
    return {"maj@1": evaluation.metrics.accuracies[0]}


def area_under_curve(is_correct: BoolArray, scores: FloatArray) -> float:
    """Return how often a correct answer has a higher score than an incorrect one; a tie is half."""
    correct, incorrect = (np.sort(scores[kind]) for kind in (is_correct, ~is_correct))
    below = np.searchsorted(incorrect, correct, "left")
    below = below + np.searchsorted(incorrect, correct, "right")
    return float(below.mean() / 2 / len(incorrect))


def _scores(
    model: agents.OutcomeRewardModel, prompts: Sequence[str], answers: Sequence[str]
) -> list[float]:
    """Return the probability that each answer is correct, under a reward model."""
    asked = [(Message(Role.USER, prompt),) for prompt in prompts]
    scores = model.scores(asked, list(map(step_prefixes, answers)))
    return [of_answer[-1] for of_answer in scores]


def _sampled(policy: Any, problems: int) -> Evaluation:
    return evaluate(
        policy,
        ENV_ID,
        problems=problems,
        samples=SAMPLES,
        temperature=1.0,
    )


def _policy(cell: Path, seed: int) -> agents.LanguageModel:
    sampling = agents.SamplingConfig(max_new_tokens=96, temperature=1.0)
    return agents.LanguageModel.from_pretrained(cell / "policy", sampling=sampling, seed=seed)


def _orm_folder(root: Path, size: str, seed: int) -> Path:
    return root / f"orm-{size}" / f"seed{seed}" / "orm"


def _orm(root: Path, size: str, seed: int) -> agents.OutcomeRewardModel:
    return agents.OutcomeRewardModel.from_pretrained(_orm_folder(root, size, seed))


class _KeepEpisodes(BaseCallback):
    """Collects the episodes."""

    def __init__(self) -> None:
        super().__init__()
        self.episodes: list[Episode] = []

    def _on_step(self) -> bool:
        self.episodes += self.locals["episodes"]
        return True


class _Curve(BaseCallback):
    """Evaluates a method during training.

    Attributes:
        points: Number of rollouts and maj@1 on 200 problems of ``validation``, eight times.
        early: Result of `measure` after a fifth of the run.

    Args:
        problems: Number of problems for `measure`; 0 leaves it out.
    """

    def __init__(self, problems: int) -> None:
        super().__init__()
        self._problems = problems
        self.points: list[tuple[int, float]] = []
        self.early: Figures = {}

    def _on_step(self) -> bool:
        learner: Any = self.model
        played, total = learner.num_episodes, learner.total_episodes
        every = max(total // 8, learner.episodes_per_update)
        if played % every == 0:
            accuracy = greedy(learner, 200, "validation")["maj@1"]
            self.points.append((played, accuracy))
        if self._problems and not self.early and played >= total / 5:
            state = copy.deepcopy(learner.policy.generator.get_state())
            self.early = measure(learner, self._problems)
            learner.policy.generator.set_state(state)
        return True
