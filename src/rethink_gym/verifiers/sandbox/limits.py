"""Resource limits of a program."""

from dataclasses import dataclass

from rethink_gym.errors import argument_error, check_count

__all__ = ["Limits"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Resource limits of one program.

    Attributes:
        time_s: Time budget in seconds, over all its calls: CPU time, and the time in which
            it sleeps or waits of its own accord. Time in which it waits for a processor of
            a busy machine, or in which the grading does not wait for it, is not counted.
        memory_bytes: Maximum address space.
        file_bytes: Maximum size of a file that it writes.
        disk_bytes: Maximum disk space of its scratch directory.
        message_bytes: Maximum size of a message, in either direction.
        output_bytes: Maximum number of bytes that it sends in total.
        max_open_files: Maximum number of open descriptors.
        has_packages: Whether it can import installed packages; it can always import the
            standard library.

    Raises:
        ArgumentError: If ``time_s`` is not in (0, 86400], ``max_open_files`` is below 8, or
            another limit is not a positive integer.
    """

    time_s: float = 3.0
    memory_bytes: int = 512 * 2**20
    file_bytes: int = 16 * 2**20
    disk_bytes: int = 64 * 2**20
    message_bytes: int = 2**20
    output_bytes: int = 8 * 2**20
    max_open_files: int = 64
    has_packages: bool = False

    def __post_init__(self) -> None:
        is_number = isinstance(self.time_s, int | float) and not isinstance(self.time_s, bool)
        if not (is_number and 0 < self.time_s <= 86_400):
            raise argument_error("time_s", "a number of seconds in (0, 86400]", self.time_s)
        for name in ("memory_bytes", "file_bytes", "disk_bytes", "message_bytes", "output_bytes"):
            check_count(name, getattr(self, name))
        check_count("max_open_files", self.max_open_files, minimum=8)
