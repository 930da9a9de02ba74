"""Values of expressions: exact, numeric, matrices, units."""
