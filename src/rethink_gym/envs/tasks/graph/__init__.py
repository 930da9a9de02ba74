"""Problems about graphs."""
