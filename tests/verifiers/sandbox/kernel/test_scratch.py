"""The scratch directory is empty again after each program."""

import os
from pathlib import Path

import pytest

from rethink_gym.verifiers.sandbox.kernel.scratch import Scratch, remove_tree


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(str(tmp_path))


def leave_files(path: str) -> None:
    for number in range(300):
        Path(path, f"file-{number}").write_text("x")


def leave_locked_directories(path: str) -> None:
    Path(path, "a", "b").mkdir(parents=True)
    Path(path, "a", "b", "c").write_text("x")
    Path(path, "a", "b").chmod(0)
    Path(path, "a").chmod(0)
    Path(path).chmod(0)


def leave_a_deep_tree(path: str) -> None:
    here = os.getcwd()
    os.chdir(path)
    for _ in range(300):
        os.mkdir("d")
        os.chdir("d")
    Path("x").write_text("x")
    os.chdir(here)


def leave_a_wide_tree(path: str) -> None:
    for number in range(50):
        Path(path, str(number), "inner").mkdir(parents=True)
        Path(path, str(number), "inner", "file").write_text("x")


def leave_reserved_names(path: str) -> None:
    for name in ("box", "moved-1", "moved-2", "-rf", " ", "\n", "é", "a" * 255):
        Path(path, name, "moved-1").mkdir(parents=True)


def leave_links(path: str) -> None:
    Path(path, "out").symlink_to("/etc")
    Path(path, "up").symlink_to("..")
    Path(path, "nowhere").symlink_to("nothing")


@pytest.mark.parametrize(
    "leave",
    [
        leave_files,
        leave_locked_directories,
        leave_a_deep_tree,
        leave_a_wide_tree,
        leave_reserved_names,
        leave_links,
    ],
)
def test_a_program_finds_no_files_of_the_previous_one(
    scratch: Scratch, tmp_path: Path, leave: object
) -> None:
    assert callable(leave)
    before = os.stat(scratch.path).st_ino
    leave(scratch.path)
    scratch.clear()
    assert os.listdir(scratch.path) == []
    assert os.listdir(Path(scratch.path).parent) == ["box"]
    assert os.stat(scratch.path).st_ino == before
    assert os.access(scratch.path, os.W_OK)
    assert Path("/etc").is_dir()
    leave(scratch.path)
    scratch.remove()
    assert list(tmp_path.iterdir()) == []


def test_the_size_counts_files_and_their_entries(scratch: Scratch) -> None:
    assert scratch.size() == 0
    Path(scratch.path, "inner").mkdir()
    Path(scratch.path, "inner", "file").write_bytes(b"x" * 1_000_000)
    assert 1_000_000 <= scratch.size() < 1_100_000
    for number in range(1000):
        Path(scratch.path, f"empty-{number}").touch()
    assert scratch.size() > 4_000_000


def test_a_sparse_file_counts_only_its_blocks(scratch: Scratch) -> None:
    with open(Path(scratch.path, "sparse"), "wb") as file:
        file.truncate(10**12)
    assert scratch.size() < 100_000


def test_a_directory_tree_is_removed_completely(tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    folder.mkdir()
    leave_reserved_names(str(folder))
    leave_a_deep_tree(str(folder))
    remove_tree(str(folder))
    assert not folder.exists()
