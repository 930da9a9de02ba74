"""Parse text into a typed tree."""
