"""The learners, one published method per file."""
