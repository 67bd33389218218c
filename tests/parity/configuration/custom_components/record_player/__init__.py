"""A media player whose whole library is a file: one that can both search and play, without a network."""
