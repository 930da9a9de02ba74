"""Verifiers of puzzles with many solutions: answers are checked, not compared."""
