"""Numbers with their errors: `estimate` names the quality of one, `moment_tables` holds symmetric tensors.

`jackknife` gives errors of functions of averages.
"""
