"""Measures one model, and writes down what it did."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rethink_gym.episode import save_episodes
from rethink_gym.evaluation.console import print_metrics, progress_bar
from rethink_gym.evaluation.curves import sample_figure
from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.figure import to_svg
from rethink_gym.evaluation.folder import check_run_folder, make_run_folder, write_json
from rethink_gym.evaluation.report import Report, write_report

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["evaluate_and_report", "find_model"]


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
    """Measure a model on the first problems of a split.

    Args:
        model: ``"tiny"``, the folder of a model, a run or a checkpoint, or a name on
            the hub.
        env_id: Where it plays, such as ``"MathSelfCorrect-v0"``.
        folder: Where ``metrics.json``, ``episodes.jsonl`` and ``report.html`` go, new
            or empty; nothing is written if None.
        num_problems: How many problems it plays.
        samples: Episodes per problem; with two or more, votes, pass@k and exploration
            are measured too, and drawn as curves.
        split: Where they are from.
        temperature: Of sampling; 0 takes the likeliest token.
        max_new_tokens: Most tokens of one answer; the policy's default if None.
        reward_model: Folder of an outcome reward model, as of a run of `ORM`, that
            reranks the samples; without one there is no rerank@k.
        num_envs: How many episodes are played at once.
        env_kwargs: Further arguments of the environment.
        seed: Seed of the draws.
        device: Where the models run, as torch names it.
        console: Where a progress bar and the table go; nowhere if None.

    Returns:
        What the model did.

    Raises:
        ArgumentError: If an argument is not what it must be, or something lies in
            the folder already.
        DataNotFoundError: If there is no reward model.
        ModelError: If the model cannot be used.
        HubUnavailableError: If the model is on a hub that cannot be reached.
    """
    from rethink_gym.agents.models.outcome_reward import OutcomeRewardModel
    from rethink_gym.agents.policies import LanguageModel

    judge = None
    if reward_model is not None:
        judge = OutcomeRewardModel.from_pretrained(reward_model, device=device)
    policy = LanguageModel.from_pretrained(find_model(model), seed=seed, device=device)
    sampling = replace(
        policy.sampling,
        temperature=temperature,
        max_new_tokens=max_new_tokens or policy.sampling.max_new_tokens,
    )
    if folder is not None:
        check_run_folder(folder)
    with progress_bar(console, "measuring", num_problems * samples) as on_progress:
        evaluation = evaluate(
            policy,
            env_id,
            problems=num_problems,
            samples=samples,
            split=split,
            sampling=sampling,
            scorer=None if judge is None else judge.score_episodes,
            num_envs=num_envs,
            env_kwargs=env_kwargs,
            seed=seed,
            on_progress=on_progress,
        )
    title = f"{model} on {env_id}"
    print_metrics(console, {"model": evaluation}, title=title)
    if folder is not None:
        settings = {
            "model": model,
            "env": env_id,
            "env_kwargs": dict(env_kwargs or {}),
            "split": split,
            "num_problems": num_problems,
            "samples": samples,
            "temperature": temperature,
            "max_new_tokens": sampling.max_new_tokens,
            "reward_model": None if reward_model is None else str(reward_model),
            "seed": seed,
            "device": device,
        }
        make_run_folder(folder)
        _write(folder, evaluation, title, settings)
    return evaluation


def find_model(model: str) -> str:
    """Return where the weights lie, if a model is named by the folder of a run.

    Args:
        model: The folder of a run or of a checkpoint, or anything else that names a model.

    Returns:
        The folder of the policy in it, or ``model`` as it is.
    """
    for inner in (Path("checkpoint", "policy"), Path("policy")):
        if (Path(model) / inner).is_dir():
            return str(Path(model) / inner)
    return model


def _write(
    folder: Path, evaluation: Evaluation, title: str, settings: Mapping[str, object]
) -> None:
    save_episodes(folder / "episodes.jsonl", evaluation.episodes)
    write_json(folder / "metrics.json", {**settings, **evaluation.to_dict()})
    report = Report(
        title=title,
        subtitle=f"{len(evaluation.problem_ids):,} problems of the split “{evaluation.split}”",
        evaluations={"model": evaluation},
        settings=settings,
    )
    figure = sample_figure({"model": evaluation})
    if figure is not None:
        (folder / "plots").mkdir()
        (folder / "plots" / "samples.svg").write_text(to_svg(figure), encoding="utf-8")
    write_report(folder / "report.html", report)
