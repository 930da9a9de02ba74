"""Episodes as tensors, and packed sequences."""
