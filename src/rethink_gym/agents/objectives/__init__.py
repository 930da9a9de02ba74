"""Losses, advantages and credit assignment: pure functions on tensors."""
