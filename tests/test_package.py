"""The sdist and the wheel hold what the source holds, and work in a fresh environment."""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[1]
SOURCE = PROJECT / "src" / "rethink_gym"
LINKS = ("agents", "envs", "verifiers")
PROBE = """
import importlib.util, json, sys
import gymnasium as gym
import rethink_gym
env = gym.make("MathSelfCorrect-v0")
observation, info = env.reset(seed=0)
_, reward, *_ = env.step("A: 0")
print(json.dumps({
    "file": rethink_gym.__file__,
    "prompt": observation,
    "reward": reward,
    "links": [name for name in sys.argv[1:] if importlib.util.find_spec(name)],
}))
"""


def source_files() -> set[str]:
    """Name every file of the package, relative to ``src``."""
    return {
        path.relative_to(PROJECT / "src").as_posix()
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(PROJECT))
    return next(folder.glob("*.tar.gz")), next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def fresh_python(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment: the wheel, and the dependencies from here."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    run(sys.executable, "-m", "pip", "--python", str(python), "install",
        "--no-deps", "--no-index", "--no-compile", str(built[1]))  # fmt: skip
    purelib = run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    # A path file adds the folder only, not the path files in it, and so not
    # the editable install of this very project.
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(purelib.strip()) / "dependencies.pth").write_text("\n".join(paths) + "\n")
    return python


def run(*command: str) -> str:
    # uv_build looks for its program on the path, where it is only in an active environment.
    path = os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"]))
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        env=os.environ | {"PATH": path},
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(
    built: tuple[Path, Path],
) -> None:
    with zipfile.ZipFile(built[1]) as wheel:
        names = {name for name in wheel.namelist() if not name.endswith("/")}
    assert {name for name in names if ".dist-info/" not in name} == source_files()


def test_the_package_holds_its_data() -> None:
    data = {name for name in source_files() if not name.endswith(".py")}
    assert "rethink_gym/py.typed" in data
    weights = {name for name in data if name.startswith("rethink_gym/agents/tiny/weights/")}
    assert {Path(name).name for name in weights} >= {
        "config.json",
        "model.safetensors",
        "tokenizer.json",
    }


def test_the_sdist_holds_the_package_its_licence_and_no_link(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as sdist:
        members = {member.name.partition("/")[2]: member for member in sdist.getmembers()}
    assert {f"src/{name}" for name in source_files()} <= set(members)
    assert {"CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"} <= set(members)
    assert not set(LINKS) & set(members)


def test_the_installed_wheel_plays_an_environment(fresh_python: Path) -> None:
    shown = json.loads(run(str(fresh_python), "-I", "-c", PROBE, *LINKS))
    assert Path(shown["file"]).is_relative_to(fresh_python.parents[1])
    assert shown["prompt"]
    assert shown["links"] == []


def test_the_installed_command_shows_its_help(fresh_python: Path) -> None:
    assert "train" in run(str(fresh_python.with_name("rethink")), "--help")
