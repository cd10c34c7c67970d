"""From flat programs to numbers with errors; `solve.integration` and `prediction` are the ways in.

`job` holds what is asked and what came out. `rules` are where integrands are evaluated, `evaluate` does the
sums, `accuracy` refines rules and judges errors, `solve` chooses among all of them and stores what was
found. `flow` follows a coupling with the cutoff.
"""
