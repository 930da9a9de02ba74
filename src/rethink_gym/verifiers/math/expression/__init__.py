"""Mathematical expressions as typed trees: parse, evaluate and compare them.

Importing this package takes as long as importing all other verifiers together. So they
import what they need of it when the first answer arrives that is not a plain number.
"""
