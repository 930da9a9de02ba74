"""Python literals and arguments, read without running them."""
