"""What learners share: the base class, the optimizer, rounds of fitting, checkpoints."""
