"""What a study leaves behind: figures, HTML and LaTeX reports, labelled arrays, written whole by `output`."""
