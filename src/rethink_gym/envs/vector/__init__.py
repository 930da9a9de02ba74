"""The vector environment and its batched verification."""
