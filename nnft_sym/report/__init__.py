"""What a study leaves behind: figures, HTML and LaTeX reports, labelled arrays, written whole by `output`.

`report_content` collects the tables (`report_tables`), the answers to the `questions` of every study and the
`notes` (prose), which `html` and `tex` set and `csv_tables` writes out; `plots` arranges the figures that
the files `panels…` draw, in `plot_style`, with `captions` and `svg_text`, and `figure_files` saves figures;
`archive` and `archive_fits` write the arrays. `width_plots` is the figure of a scan over widths.
"""
