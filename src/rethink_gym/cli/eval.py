"""``rethink eval``: evaluates a model."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from rethink_gym.cli.environment import EnvOptions, read_env_options
from rethink_gym.cli.option_names import options_named
from rethink_gym.errors import argument_error

__all__ = ["eval_"]


def eval_(
    context: typer.Context,
    model: Annotated[
        str,
        typer.Option(
            help='Model: "tiny", the folder of a model, a run or a checkpoint, or a name on the '
            "hub."
        ),
    ] = "tiny",
    env: Annotated[str, typer.Option(help="Environment id.")] = "MathSelfCorrect-v0",
    problems: Annotated[int, typer.Option(help="Number of problems.")] = 1000,
    samples: Annotated[
        int,
        typer.Option(
            help="Episodes per problem. Two or more add majority votes, pass@k and exploration "
            "metrics; they need a --temperature above 0."
        ),
    ] = 1,
    split: Annotated[str, typer.Option(help="Split of the problems.")] = "test",
    temperature: Annotated[
        float, typer.Option(help="Softmax temperature; 0 decodes greedily.")
    ] = 0.0,
    max_new_tokens: Annotated[
        int | None,
        typer.Option(help="Maximum number of tokens per answer.", show_default="the model's"),
    ] = None,
    reward_model: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Outcome reward model that reranks the samples, from `rethink train orm`.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of sampling and of the environment.")] = 0,
    device: Annotated[str, typer.Option(help="Device of the model, such as cpu or cuda.")] = "cpu",
    num_envs: Annotated[int, typer.Option(help="Number of parallel environments.")] = 128,
    env_option: EnvOptions = None,
    out: Annotated[
        Path | None,
        typer.Option(help="New folder for metrics.json, episodes.jsonl and report.html."),
    ] = None,
) -> None:
    """Evaluate a model on held-out problems, turn by turn."""
    options = read_env_options(env, env_option or ())
    if "split" in options:
        raise argument_error("-e", "without split", options, "Use --split.")

    from rethink_gym.evaluation.measurement import evaluate_and_report

    console = Console()
    renamed = {"num_problems": "problems", "folder": "out", "env_id": "env"}
    with options_named(context, **renamed, env_kwargs="env_option"):
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
