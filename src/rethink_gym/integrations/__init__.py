"""Integrations of other libraries; each imports its library when it is imported itself."""
