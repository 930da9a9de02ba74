"""``rethink eval``: measures a model."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from rethink_gym.cli.environment import EnvOptions, read_env_options

__all__ = ["eval_"]


def eval_(
    model: Annotated[
        str,
        typer.Option(
            help='"tiny", the folder of a model, of a run or of a checkpoint, or a name on the hub.'
        ),
    ] = "tiny",
    env: Annotated[str, typer.Option(help="Where it plays.")] = "MathSelfCorrect-v0",
    problems: Annotated[int, typer.Option(help="How many problems it plays.")] = 1000,
    samples: Annotated[
        int,
        typer.Option(
            help="Episodes of each problem; two or more also give votes, pass@k and exploration, "
            "at a --temperature above 0."
        ),
    ] = 1,
    split: Annotated[str, typer.Option(help="Where the problems are from.")] = "test",
    temperature: Annotated[
        float, typer.Option(help="Of sampling; 0 takes the likeliest token.")
    ] = 0.0,
    max_new_tokens: Annotated[
        int | None, typer.Option(help="Most tokens of one answer.", show_default="the model's")
    ] = None,
    reward_model: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Outcome reward model that reranks the samples: the run of `rethink train orm`.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides what is left to chance.")] = 0,
    device: Annotated[str, typer.Option(help="Where the model runs, such as cpu or cuda.")] = "cpu",
    num_envs: Annotated[int, typer.Option(help="Episodes played at once.")] = 128,
    env_option: EnvOptions = None,
    out: Annotated[
        Path | None,
        typer.Option(help="New folder for metrics.json, episodes.jsonl and report.html."),
    ] = None,
) -> None:
    """Measure a model on held-out problems, turn by turn."""
    options = read_env_options(env, env_option or ())

    from rethink_gym.evaluation.measurement import evaluate_and_report

    console = Console()
    evaluate_and_report(
        model,
        env_id=env,
        folder=out,
        num_problems=problems,
        samples=samples,
        split=split,
        temperature=temperature,
        max_new_tokens=max_new_tokens,
        reward_model=reward_model,
        device=device,
        num_envs=num_envs,
        env_kwargs=options,
        seed=seed,
        console=console,
    )
    if out is not None:
        console.print(f"Report: {out / 'report.html'}", markup=False, soft_wrap=True)
