"""Tasks over public data sets."""
