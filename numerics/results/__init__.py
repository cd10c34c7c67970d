"""Numbers with their errors.

`estimate` is a number or an array of them, `correlator` a symmetric tensor over some fields,
`joint_correlators` several orders of it with their correlations: the way in. `listed` makes the latter from
single ones. What they carry: `uncertainty` (scatter and bounds, two things), `quality`, `provenance`;
`arithmetic` says how errors travel. What they are made with: `cumulants` (moments to cumulants, once),
`jackknife` (functions of averages, once), `gaussian_moments`. `faces` says who shows
and saves them; `labelled` turns them into tables of other libraries; `kept` holds those read from a file.
"""
