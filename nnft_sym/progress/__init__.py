"""Who waits sees how far a job is: bars, lines and counts on standard error.

`bars` for studies and samples; `ticker` writes a line every few seconds, for `predictions` and for the counts
that `counts` puts into words.
`patience` says how long they wait, and lets a command be started with other policies than the usual ones.
"""
