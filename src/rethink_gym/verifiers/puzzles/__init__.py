"""Answers that are checked rather than compared: puzzles with many solutions."""
