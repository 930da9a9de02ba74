"""How much a program may use before it is stopped."""

from dataclasses import dataclass

from rethink_gym.errors import argument_error, check_count

__all__ = ["Limits"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much one program may use.

    Attributes:
        time_s: Seconds over all its calls: CPU time, and time in which it sleeps or
            waits by its own doing. Waiting for a processor of a busy machine, and time
            in which nobody waits for the program, are not counted.
        memory_bytes: Address space.
        file_bytes: The largest file that it may write.
        disk_bytes: All that it may keep in its scratch directory.
        message_bytes: The largest single message, either way.
        output_bytes: Everything that it may say, in total.
        max_open_files: Descriptors open at once.
        has_packages: Whether installed packages can be imported; the standard library
            always can.

    Raises:
        ArgumentError: If a limit is not a positive number.
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
