"""The phrases: what a stage of a program may do, by the kind of value that it works on."""
