"""Environments in which one action is one step of a solution."""
