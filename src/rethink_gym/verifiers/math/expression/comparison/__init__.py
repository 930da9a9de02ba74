"""Compare answers with gold answers: by value and by form."""
