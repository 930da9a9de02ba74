"""The bubblewrap command line of a container."""

from pathlib import Path

import pytest

from rethink_gym.verifiers.sandbox.kernel.bubblewrap import DISK, container


@pytest.mark.parametrize("is_root", [True, False])
def test_the_container_shares_nothing_with_the_machine(is_root: bool) -> None:
    words = container(
        readable=["/opt/lib"], devices=["/dev/null"], disk_bytes=123, info=7, is_root=is_root
    )
    for name in ("pid", "net", "ipc", "uts"):
        assert f"--unshare-{name}" in words
    assert "--die-with-parent" in words
    assert ("--unshare-user" in words) is not is_root
    assert words[-1] == "--"
    size = words.index("--size")
    assert words[size : size + 4] == ["--size", "123", "--tmpfs", DISK]


def test_visible_paths_are_read_only() -> None:
    words = container(readable=["/opt/x/lib"], devices=[], disk_bytes=1, info=7, is_root=False)
    index = words.index("/opt/x/lib")
    assert words[index - 1 : index + 2] == ["--ro-bind", "/opt/x/lib", "/opt/x/lib"]
    assert not {"--bind", "--dev", "--proc", "--share-net", "--bind-try"} & set(words)


def test_directories_above_visible_paths_are_open_to_every_user() -> None:
    words = container(readable=["/private/p/lib"], devices=[], disk_bytes=1, info=7, is_root=True)
    for path in ("/private", "/private/p"):
        index = words.index(path)
        assert words[index - 3 : index] == ["--perms", "0755", "--dir"]


def test_a_symbolic_link_to_a_library_folder_stays_a_link() -> None:
    words = container(readable=[], devices=[], disk_bytes=1, info=7, is_root=False)
    for name in ("/lib", "/lib64"):
        if Path(name).is_symlink():
            index = words.index(name)
            assert words[index - 2 : index] == ["--symlink", str(Path(name).readlink())]
