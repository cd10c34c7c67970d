"""Expansions, numbers and tables for readers.

Plain text: `text`, `number_text`, `tables`. LaTeX: `latex` (lines broken by `latex_lines`), `latex_diagrams`
inside the equation, `latex_output` for a whole document, `tex_text` for words and tables. Drawn:
`term_pictures`, `tikz_listing`. For notebooks and browsers: `views`, `table_content`, `formulas`.
"""
