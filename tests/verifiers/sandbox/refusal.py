"""Refuses namespaces to this process and its descendants, as container engines do."""

import ctypes
import errno
import platform
import struct

from rethink_gym.verifiers.sandbox.kernel.system_call import NUMBERS, call

__all__ = ["refuse_namespaces"]

_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_NO_NEW_PRIVILEGES = 38


def refuse_namespaces() -> None:
    """Make ``unshare`` and ``mount`` fail from now on.

    Raises:
        OSError: If the kernel has no filters.
    """
    numbers = NUMBERS[platform.machine()]
    instructions = [
        (_LOAD, 0, 0, 0),
        (_JUMP_EQUAL, 2, 0, numbers["unshare"]),
        (_JUMP_EQUAL, 1, 0, numbers["mount"]),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(instructions), ctypes.addressof(buffer))
    call("prctl", _NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    call("seccomp", 1, 0, ctypes.create_string_buffer(header, len(header)))
