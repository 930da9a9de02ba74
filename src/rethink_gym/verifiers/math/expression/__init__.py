"""Mathematical expressions as typed trees: reading them, and telling which are equal.

Loading this folder takes as long as all other verifiers together, so they import
what they need of it when the first answer comes that is no plain number.
"""
