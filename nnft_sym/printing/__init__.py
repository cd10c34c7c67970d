"""Expansions, numbers and tables for readers: text, LaTeX, drawn diagrams, notebooks."""
