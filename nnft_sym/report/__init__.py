"""What a study leaves behind: figures, HTML and LaTeX reports, labelled arrays, written whole by `output`.

`report_tables` and `notes` (prose) are rendered by `html` and `tex`; `plots` arranges the figures that
the files `panels…` draw, in `plot_style`, with `captions` and `svg_text`; `archive` writes the arrays.
`width_plots` is the figure of a scan over widths.
"""
