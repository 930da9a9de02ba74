"""What a fork server and its client say to each other, one packet of the socket each.

START + flag + limits, with two pipe ends      start a program
    -> STARTED with its pidfd                  it runs
END                                            it was killed, or has ended
    -> ENDED + status + flag                   it is reaped, its files are gone
at any time -> FAILED + message                the server is of no use any more
"""

import struct

__all__ = ["END", "ENDED", "FAILED", "MAX_BYTES", "READY", "START", "STARTED", "STATUS"]

READY, START, STARTED, END, ENDED, FAILED = b"R", b"S", b"P", b"E", b"D", b"F"

MAX_BYTES = 1024
"""Longest packet."""

STATUS = struct.Struct("!i?")
"""What follows ENDED: the wait status, and whether the program filled the disk."""
