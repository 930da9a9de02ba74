"""From text to a typed tree."""
