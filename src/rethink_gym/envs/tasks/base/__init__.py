"""What all tasks share: the contract, data set rows, random draws, numbers as text, solutions."""
