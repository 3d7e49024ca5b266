"""The addresses of the page: thin, and without any work of their own."""
