"""n-point functions as sums of diagrams; `expansion` is the way in.

`truncation` says where a series stops, `enumeration` which diagrams it has, `structure` what several points,
weights or components make of them, `terms` what stands in the sum; `sum_rules` checks its multiplicities.
`numeric_terms` hands the terms to the floor below, `components` gives numbers to D and the δ, `json_form`
writes and reads.
"""
