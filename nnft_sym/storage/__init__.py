"""What is written to disk, for commands and reports alike: whole files or none (`writing`).

`sample_files` writes samples, `matrices` matrices; `point_files` reads points.
"""
