"""Evaluate expressions: exactly, numerically, and as matrices."""
