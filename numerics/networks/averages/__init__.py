"""Averages over the parameters of one `neuron` without closed formulas; `neuron_quadrature` is the way in.

The kernel of Gaussian parameters needs `gaussian_pairs`: closed forms, the Hermite series (coefficients in
`hermite_table`, sums in `hermite_series`), or rules cut at kinks. `activation_panels` finds where an
activation is smooth, `cut_rules` cuts the rules of moments there, `measured_growth` follows a kernel to
large inputs.
"""
