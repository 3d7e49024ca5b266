"""From videos to embeddings, and the files of both."""
