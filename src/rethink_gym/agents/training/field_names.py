"""What other libraries call our settings, to answer a wrong name with the right one."""

__all__ = ["FIELD_NAMES"]

FIELD_NAMES: dict[str, tuple[str, ...]] = {}
"""Our names for a setting, by the name that another library gives it."""
