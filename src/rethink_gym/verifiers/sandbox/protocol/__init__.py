"""The typed encoding of Python values in messages to and from a program."""
