"""Problems about small graphs: the task, drawing graphs, and solving questions."""
