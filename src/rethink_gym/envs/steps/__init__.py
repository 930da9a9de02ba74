"""Environments in which an action is one step of a solution."""
