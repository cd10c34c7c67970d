"""Joint laws of output weights: equicorrelated, radial with a quartic term, and your own.

`equicorrelated` has any two weights correlated alike, `radial_quartic` a density of |a| alone,
`given_moments` takes the joint moments as a function; `named_joint_laws` reads text forms.
"""
