"""The packets that a fork server and its client exchange, one per message of the socket.

START + flag + limits, with two pipe ends      start a program
    -> STARTED with its pidfd                  the program runs
END                                            the program was killed, or has ended
    -> ENDED + status + flag                   it is reaped, its files are removed
at any time -> FAILED + message                the server cannot be used any more
"""

import struct

__all__ = ["END", "ENDED", "FAILED", "MAX_BYTES", "READY", "START", "STARTED", "STATUS"]

READY, START, STARTED, END, ENDED, FAILED = b"R", b"S", b"P", b"E", b"D", b"F"

MAX_BYTES = 1024
"""Maximum size of a packet."""

STATUS = struct.Struct("!i?")
"""Layout of the data after ENDED: the wait status, and whether the program filled the disk."""
