"""Problems of propositional logic."""
