"""The bundled tiny model: its weights, its corpus and the script that trains it."""
