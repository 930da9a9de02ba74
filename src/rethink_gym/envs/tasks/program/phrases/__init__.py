"""The phrases: what stages may do, by what they are done to."""
