"""Evaluation of one model, written to a folder."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rethink_gym.episode import save_episodes
from rethink_gym.errors import MissingExtraError, check_count, rename_arguments
from rethink_gym.evaluation.console import print_metrics, progress_bar
from rethink_gym.evaluation.evaluate import Evaluation, check_samples, evaluate
from rethink_gym.evaluation.folder import check_run_folder, make_run_folder
from rethink_gym.evaluation.json_file import write_json
from rethink_gym.evaluation.plots.figure import to_svg
from rethink_gym.evaluation.plots.samples import sample_figure
from rethink_gym.evaluation.report import Report, write_report
from rethink_gym.metrics.multi_sample import diversity_values

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["add_diversity", "evaluate_and_report", "find_model"]


@dataclass(frozen=True, kw_only=True)
class _MeasurementConfig:
    """Arguments of `evaluate_and_report` that are needed to repeat it."""

    model: str
    env_id: str
    env_kwargs: Mapping[str, Any]
    split: str
    num_problems: int
    samples: int
    temperature: float
    max_new_tokens: int
    reward_model: str | None
    seed: int
    device: str


def evaluate_and_report(
    model: str,
    *,
    env_id: str,
    folder: Path | None = None,
    num_problems: int = 1000,
    samples: int = 1,
    split: str = "test",
    temperature: float = 0.0,
    max_new_tokens: int | None = None,
    reward_model: Path | None = None,
    num_envs: int = 128,
    env_kwargs: Mapping[str, Any] | None = None,
    seed: int = 0,
    device: str = "cpu",
    console: "Console | None" = None,
) -> Evaluation:
    """Evaluate a model on the first problems of a split.

    Args:
        model: Model: ``"tiny"``, the folder of a model, a run or a checkpoint, or a name on the
            hub.
        env_id: Environment id, such as ``"MathSelfCorrect-v0"``.
        folder: New or empty folder for ``metrics.json``, ``episodes.jsonl`` and
            ``report.html``; None writes nothing.
        num_problems: Number of problems.
        samples: Number of episodes per problem. Two or more add majority votes, pass@k and
            exploration metrics, including distinct-n and Self-BLEU; they need a
            ``temperature`` above 0.
        split: Split of the problems.
        temperature: Softmax temperature; 0 decodes greedily.
        max_new_tokens: Maximum number of tokens per answer; the model's default if None.
        reward_model: Folder of an outcome reward model, such as a run of `ORM`, that reranks
            the samples; None measures no rerank@k.
        num_envs: Number of environments that run in parallel.
        env_kwargs: Keyword arguments of the environment.
        seed: Seed of sampling and of the environment.
        device: Device of the models, as torch names it.
        console: Console for the progress bar and the table; None prints nothing.

    Returns:
        The evaluation.

    Raises:
        ArgumentError: If an argument is refused by `evaluate`, such as several samples at
            temperature 0, or ``folder`` is not empty.
        DataNotFoundError: If there is no reward model in ``reward_model``.
        ModelError: If the model cannot be loaded.
        HubUnavailableError: If the model is on a hub that cannot be reached.
    """
    from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel
    from rethink_gym.agents.policies import LanguageModel

    check_count("num_problems", num_problems)
    check_samples(samples, temperature)
    scorer = None
    if reward_model is not None:
        with rename_arguments({"folder": "reward_model"}):
            reranker = OutcomeRewardModel.from_pretrained(reward_model, device=device)
        scorer = reranker.score_episodes
    policy = LanguageModel.from_pretrained(find_model(model), seed=seed, device=device)
    sampling = replace(
        policy.sampling,
        temperature=temperature,
        max_new_tokens=(
            policy.sampling.max_new_tokens if max_new_tokens is None else max_new_tokens
        ),
    )
    if folder is not None:
        check_run_folder(folder)
    with (
        rename_arguments({"problems": "num_problems"}),
        progress_bar(console, "evaluating", num_problems * samples, unit="episodes") as on_progress,
    ):
        evaluation = evaluate(
            policy,
            env_id,
            problems=num_problems,
            samples=samples,
            split=split,
            sampling=sampling,
            scorer=scorer,
            num_envs=num_envs,
            env_kwargs=env_kwargs,
            seed=seed,
            on_progress=on_progress,
        )
    if samples > 1:
        evaluation = add_diversity(evaluation, console)
    title = f"{model} on {env_id}"
    print_metrics(console, {"model": evaluation}, title=title)
    if folder is not None:
        config = _MeasurementConfig(
            model=model,
            env_id=env_id,
            env_kwargs=dict(env_kwargs or {}),
            split=split,
            num_problems=num_problems,
            samples=samples,
            temperature=temperature,
            max_new_tokens=sampling.max_new_tokens,
            reward_model=None if reward_model is None else str(reward_model),
            seed=seed,
            device=device,
        )
        make_run_folder(folder)
        _write_results(folder, evaluation, title, config)
    return evaluation


def add_diversity(evaluation: Evaluation, console: "Console | None" = None) -> Evaluation:
    """Add distinct-n and Self-BLEU of the samples to an evaluation.

    They are not part of every `Evaluation`, since their cost grows with the square of the
    number of samples, and Self-BLEU needs an extra.

    Args:
        evaluation: Evaluation with two or more samples per problem.
        console: Console for a note if the extra is not installed.

    Returns:
        The evaluation with these metrics; unchanged if the extra is not installed.
    """
    try:
        values = diversity_values(evaluation.episodes, evaluation.samples)
    except MissingExtraError as error:
        if console is not None:
            console.print(f"Diversity is not measured. {error}", markup=False, soft_wrap=True)
        return evaluation
    diversity = {name: tuple(each.tolist()) for name, each in values.items()}
    return replace(evaluation, exploration={**evaluation.exploration, **diversity})


def find_model(model: str) -> str:
    """Resolve the folder of a run or a checkpoint to the folder of its policy.

    Args:
        model: The folder of a run or a checkpoint, or any other name of a model.

    Returns:
        The folder of the policy in it, or ``model`` unchanged.
    """
    for inner in (Path("checkpoint", "policy"), Path("policy")):
        if (Path(model) / inner).is_dir():
            return str(Path(model) / inner)
    return model


def _write_results(
    folder: Path, evaluation: Evaluation, title: str, config: _MeasurementConfig
) -> None:
    save_episodes(folder / "episodes.jsonl", evaluation.episodes)
    write_json(folder / "metrics.json", {"config": asdict(config), "model": evaluation.to_dict()})
    report = Report(
        title=title,
        subtitle=f"{len(evaluation.problem_ids):,} problems of the split “{evaluation.split}”",
        evaluations={"model": evaluation},
        settings=asdict(config),
    )
    figure = sample_figure({"model": evaluation})
    if figure is not None:
        (folder / "plots").mkdir()
        (folder / "plots" / "samples.svg").write_text(to_svg(figure), encoding="utf-8")
    write_report(folder / "report.html", report)
