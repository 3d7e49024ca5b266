"""Features and files for temporal action localisation."""
