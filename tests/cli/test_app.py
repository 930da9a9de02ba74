"""The command line as a person uses it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest
from tests.evaluation import scripted
from typer.testing import CliRunner, Result

from rethink_gym.cli import app
from rethink_gym.cli.eval import eval_
from rethink_gym.cli.train import train as train_command

LEARNER = f"{scripted.__file__}:Learner"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(scripted.save_model(tmp_path_factory.mktemp("model")))


def rethink(*arguments: str, said: str = "") -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=said)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def train(model: str, *arguments: str) -> Result:
    few = ("--eval-problems", "10", "--validation-problems", "4", "--validate-every", "2")
    return rethink("train", LEARNER, "--model", model, *few, *arguments)


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory, model: str) -> Path:
    """A run that was trained from the command line."""
    home = tmp_path_factory.mktemp("run")
    (home / "settings.toml").write_text('note = "from the file"\nrate = 0.25\n')
    settings = ("--config", str(home / "settings.toml"), "-o", "rate=0.75", "-o", "episodes=6")
    result = train(model, "--out", str(home / "run"), "--episodes", "12", *settings)
    assert result.exit_code == 0, result.output
    assert "accuracy@t2" in result.output
    assert str(home / "run" / "report.html") in result.output
    return home / "run"


def test_training_takes_settings_from_a_file_and_from_arguments(run_folder: Path) -> None:
    settings = json.loads((run_folder / "config.json").read_text())
    assert settings["config"]["note"] == "from the file"
    assert settings["config"]["rate"] == 0.75
    assert settings["config"]["episodes"] == 6
    assert settings["total_episodes"] == 12


def test_validation_is_logged_as_often_as_asked_for(run_folder: Path) -> None:
    lines = (run_folder / "progress.json").read_text().splitlines()
    logged = ["eval/accuracy@t2" in json.loads(line) for line in lines]
    assert logged == [False, True]


def test_the_model_of_a_run_is_measured_by_the_folder_of_the_run(
    run_folder: Path, tmp_path: Path
) -> None:
    few = ("--problems", "6", "--max-new-tokens", "2", "--split", "validation")
    result = rethink("eval", "--model", str(run_folder), *few, "--out", str(tmp_path / "eval"))
    assert result.exit_code == 0, result.output
    assert "6 problems" in result.output
    metrics = json.loads((tmp_path / "eval" / "metrics.json").read_text())
    assert metrics["model"]["metrics"]["num_problems"] == 6
    assert metrics["model"]["split"] == "validation"
    assert len((tmp_path / "eval" / "episodes.jsonl").read_text().splitlines()) == 6
    assert "</html>" in (tmp_path / "eval" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("learner", ["score", "reinforce"])
def test_our_learners_train_any_model_that_is_saved_in_a_folder(
    tmp_path: Path, model: str, learner: str
) -> None:
    small = ["-o", "problems_per_update=2", "-o", "samples_per_problem=2", "-o", "max_new_tokens=3"]
    few = ["--episodes", "8", "--eval-problems", "4", "--validate-every", "0"]
    out = tmp_path / "run"
    result = rethink("train", learner, "--model", model, *small, *few, "--out", str(out))
    assert result.exit_code == 0, result.output
    assert f"{learner} on MathSelfCorrect-v0: 4 problems" in result.output
    assert len((out / "progress.json").read_text().splitlines()) == 2
    assert (out / "report.html").is_file()
    assert rethink("eval", "--model", str(out), "--problems", "2").exit_code == 0


def test_runs_without_a_name_are_numbered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert train(model, "--validate-every", "0", "--episodes", "4").exit_code == 0
    names = sorted(folder.name for folder in (tmp_path / "runs").iterdir())
    assert names == [f"by_script-MathSelfCorrect-v0-{number}" for number in (1, 2)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "scor"], "Did you mean 'score'?"),
        (["train", "score", "-o", "alhpa=3"], "Did you mean 'alpha'?"),
        (["train", "score", "-o", "alpha=much"], "alpha must be a number, got 'much'"),
        (["train", "score", "-o", "alpha"], "-o must be name=value, got 'alpha'"),
        (["train", "score", "-o", "alpha=-1"], "alpha must be a number of at least 0"),
        (["train", "score", "--config", "no.toml"], "--config must be an existing file"),
        (["train", "no.py:Learner"], "ALGORITHM must name an existing file, got 'no.py'"),
        (["train", LEARNER.replace("Learner", "Learned")], "Did you mean 'Learner'?"),
        (["train", "score", "--model", "./no"], "--model must be an existing folder"),
        (["train", "score", "--env", "MathSelfCorect-v0"], "Did you mean 'MathSelfCorrect-v0'?"),
        (["train", "score", "-e", "levl=2"], "Did you mean 'level'?"),
        (["train", "score", "--device", "toaster"], "--device must be one that torch can use"),
        (["eval", "--device", "toaster"], "--device must be one that torch can use"),
        (["eval", "--env", "Nowhere-v0"], "`rethink envs` lists the ids."),
        (["eval", "--model", "./no"], "--model must be an existing folder"),
        (["play", "Math-v0", "-e", "level=9"], "level must be"),
        (["play", "Math-v0", "-e", "feedback=kind"], "feedback must be"),
        (["eval", "-e", "split=test"], "-e must be without split"),
        (["eval", "--max-new-tokens", "0"], "--max-new-tokens must be"),
        (["eval", "--samples", "4"], "--samples must be 1 at temperature 0, got 4"),
        (["play", "Math-v0", "--seed", "-1"], "--seed must be a whole number"),
        (["play", "GSM8K-v0", "-e", "data=./no"], "./no"),
    ],
)
def test_a_mistake_is_one_clear_line_and_no_traceback(arguments: list[str], message: str) -> None:
    result = rethink(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


def test_the_options_of_play_are_named_in_errors() -> None:
    assert "--problem must be from 0 to" in rethink("play", "Math-v0", "--problem", "-3").stderr


NUMBERS = [
    (command, f"--{name.replace('_', '-')}")
    for command, function in (("train", train_command), ("eval", eval_))
    for name, kind in get_type_hints(function).items()
    if kind in (int, float, int | None, float | None)
]


@pytest.mark.parametrize(("command", "option"), NUMBERS)
def test_an_error_names_the_option_and_comes_before_any_progress_bar(
    command: str, option: str
) -> None:
    learner = ["grpo"] if command == "train" else []
    result = rethink(command, *learner, option, "-7")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {option} must be ")
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (["eval", "--split", "tset"], "--split must be one of"),
        (["eval", "--problems", "99999"], "--problems must be among"),
        (["eval", "--out", "."], "--out must be a new or empty folder"),
        (["eval", "--reward-model", "nowhere"], "--reward-model must hold"),
        (["train", "grpo", "--eval-split", "tset"], "--eval-split must be one of"),
        (["train", "grpo", "--eval-problems", "99999"], "--eval-problems must be among"),
        (["train", "grpo", "--out", "."], "--out must be a new or empty folder"),
        (["train", "--resume", "."], "--resume must be a run"),
        (["train", "grpo", "-e", "split=tset"], "split must be one of"),
    ],
)
def test_texts_that_are_refused_are_named_as_they_were_typed(
    arguments: list[str], start: str
) -> None:
    result = rethink(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {start}")
    assert result.stdout == ""


ENV_COMMANDS = [["train", "grpo", "--env"], ["eval", "--env"], ["play"]]


@pytest.mark.parametrize("command", ENV_COMMANDS, ids=["train", "eval", "play"])
@pytest.mark.parametrize(
    ("env_id", "message"),
    [
        ("Foo-v0", "must be the id of an environment, got 'Foo-v0'. `rethink envs`"),
        ("mathsteps-v0", "Did you mean 'MathSteps-v0'? `rethink envs` lists the ids."),
        ("Math", "Did you mean 'Math-v0'?"),
        ("Math-v7", "Did you mean 'Math-v0'?"),
        ("nomod:Foo-v0", "No module named 'nomod'. `rethink envs` lists the ids."),
        ("nomod.sub:Foo-v0", "No module named 'nomod'"),
        (":Math-v0", "must be the id of an environment"),
        (".json:Math-v0", "must be the id of an environment"),
        ("a:b:Math-v0", "must be the id of an environment"),
        ("rethink_gym:Foo-v0", "must be the id of an environment"),
        ("CartPole-v1", "must be a text environment"),
        ("gymnasium:CartPole-v1", "must be a text environment"),
    ],
)
def test_an_environment_that_cannot_be_played_is_one_clear_error(
    command: list[str], env_id: str, message: str
) -> None:
    result = rethink(*command, env_id)
    assert result.exit_code == 2
    name = command[-1] if command[-1] == "--env" else "ENV"
    assert result.stderr.startswith(f"Error: {name} must be ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_arguments_that_a_foreign_environment_does_not_have_are_refused() -> None:
    result = rethink("play", "CartPole-v1", "-e", "level=3")
    assert result.exit_code == 2
    assert "Error: -e must be arguments of CartPole-v1, got {'level': 3}." in result.stderr


def test_a_module_before_the_id_is_imported() -> None:
    result = rethink("play", "rethink_gym:Math-v0", "-e", "levl=3")
    assert "Did you mean 'level'?" in result.stderr


def test_a_learner_file_without_a_class_is_answered_with_its_classes(tmp_path: Path) -> None:
    path = scripted.__file__
    assert "Add :Learner." in rethink("train", path).stderr
    (tmp_path / "empty.py").write_text("from rethink_gym.agents import GRPO\n")
    empty = rethink("train", str(tmp_path / "empty.py"))
    assert "The file has no class of a learner." in empty.stderr
    assert "must name an existing file" in rethink("train", "missing.py").stderr


def test_environments_are_filtered_by_a_part_of_their_ids() -> None:
    output = rethink("envs", "MATHs").output
    assert "MathSteps-v0" in output
    assert "MathSelfCorrect-v0" in output
    assert "GSM8K" not in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Maht"], "TEXT must be part of an environment id, got 'Maht'. Did you mean 'Math-v0'"),
        (["zzzzz"], "got 'zzzzz'. `rethink envs` lists all ids."),
        (["Math", "--gallery", "no.md"], "TEXT must be left out with --gallery"),
    ],
)
def test_a_filter_that_fits_nothing_is_one_clear_error(arguments: list[str], message: str) -> None:
    result = rethink("envs", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_mistakes_that_need_a_model_to_be_seen_are_clear_and_leave_no_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model: str, run_folder: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, message in [
        (["--out", str(run_folder)], "A run never overwrites another one"),
        (["--eval-split", "tset"], "Did you mean 'test'?"),
        (["--eval-problems", "0"], "--eval-problems must be"),
        (["-e", "max_attempts=0"], "max_attempts must be"),
    ]:
        result = train(model, "--episodes", "4", *arguments)
        assert result.exit_code == 2
        assert message in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_learner_file_that_cannot_be_imported_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import nothing_of_that_name\n")
    result = rethink("train", f"{tmp_path / 'broken.py'}:Learner")
    assert result.exit_code == 2
    assert "broken.py cannot be imported" in result.stderr


def test_environments_are_listed_with_arguments_and_an_example() -> None:
    output = rethink("envs").output
    for text in ("MathSelfCorrect-v0", "GSM8K-v0", "level=1", "reward=per_attempt", "Compute "):
        assert text in output


def test_a_person_plays_over_two_turns_and_several_lines() -> None:
    said = "first I guess\nA: 100000\n\nA: 100000\n\n\nA: 1\n\n"
    result = rethink(
        "play", "MathSelfCorrect-v0", "-e", "feedback=verdict", "--seed", "3", said=said
    )
    assert result.exit_code == 0
    assert result.output.count("incorrect  read as 100000  reward 0") == 2
    assert "Your answer is wrong." in result.output
    assert "1 played, total reward 0." in result.output


def test_a_correct_answer_is_rewarded_in_play() -> None:
    problem = ("Math-v0", "--problem", "0")
    shown = rethink("play", *problem).output
    chain = shown.split("Compute ")[1].split(".")[0]
    right = scripted.solve(chain)
    result = rethink("play", *problem, said=f"A: {right}")
    assert f"correct  read as {right}  reward 1" in result.output
    assert "1 played, total reward 1." in result.output


@pytest.mark.parametrize("said", ["", "\n\n", "half an answer"])
def test_the_end_of_the_input_ends_the_game_cleanly(said: str) -> None:
    result = rethink("play", "MathSelfCorrect-v0", said=said)
    assert result.exit_code == 0
    assert "0 played, total reward 0." in result.output


def test_an_interrupt_ends_the_game_cleanly(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(prompt: str = "") -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupt)
    result = rethink("play", "MathSelfCorrect-v0")
    assert result.exit_code == 0
    assert "0 played, total reward 0." in result.output


def test_an_answer_that_is_too_long_may_be_given_again() -> None:
    said = f"{'9' * 300}\n\nA: 1\n\n"
    result = rethink("play", "Math-v0", "-e", "max_chars=200", said=said)
    assert result.exit_code == 0
    assert "300" in result.output
    assert "1 played" in result.output


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from rethink_gym.cli import app\n"
        "result = CliRunner().invoke(app, ['--help'])\n"
        "assert all(name in result.output for name in ('train', 'eval', 'play', 'envs'))\n"
        "heavy = {'torch', 'transformers', 'datasets', 'matplotlib', 'sympy'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", [["train", "score"], ["eval"]])
def test_a_missing_extra_is_named_with_its_remedy(command: list[str]) -> None:
    code = (
        "import sys\n"
        "sys.modules['torch'] = sys.modules['transformers'] = None\n"
        "from rethink_gym.cli import app\n"
        f"app({command})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert 'pip install "rethink-gym[agents]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_the_version_is_shown() -> None:
    assert rethink("--version").output.startswith("rethink-gym ")


def test_the_package_can_be_run_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rethink_gym", "--help"], capture_output=True, text=True, check=True
    )
    assert "Usage: rethink " in done.stdout
