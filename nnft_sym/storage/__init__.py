"""What is written to disk, for commands and reports alike: whole files or none (`writing`).

`point_files` reads points.
"""
