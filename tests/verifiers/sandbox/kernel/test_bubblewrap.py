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


def test_what_is_shown_is_read_only() -> None:
    words = container(readable=["/opt/x/lib"], devices=[], disk_bytes=1, info=7, is_root=False)
    place = words.index("/opt/x/lib")
    assert words[place - 1 : place + 2] == ["--ro-bind", "/opt/x/lib", "/opt/x/lib"]
    assert not {"--bind", "--dev", "--proc", "--share-net", "--bind-try"} & set(words)


def test_directories_above_what_is_shown_can_be_passed_by_everybody() -> None:
    words = container(readable=["/private/p/lib"], devices=[], disk_bytes=1, info=7, is_root=True)
    for path in ("/private", "/private/p"):
        place = words.index(path)
        assert words[place - 3 : place] == ["--perms", "0755", "--dir"]


def test_a_linked_folder_of_libraries_stays_a_link() -> None:
    words = container(readable=[], devices=[], disk_bytes=1, info=7, is_root=False)
    for name in ("/lib", "/lib64"):
        if Path(name).is_symlink():
            place = words.index(name)
            assert words[place - 2 : place] == ["--symlink", str(Path(name).readlink())]
