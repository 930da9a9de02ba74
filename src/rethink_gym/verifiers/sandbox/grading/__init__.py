"""The trusted part: runs the tests of a problem against a program, and decides the verdict."""
