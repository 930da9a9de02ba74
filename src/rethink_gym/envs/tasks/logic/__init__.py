"""Problems of propositional logic: the task, drawing formulas, and solving questions."""
