"""The weights of the bundled tiny model, as package data."""
