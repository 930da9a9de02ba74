"""What all tasks share: the contract, rows of data sets, random draws."""
