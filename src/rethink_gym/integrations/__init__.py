"""Bridges to other libraries, one each; a bridge loads its library when it is imported."""
