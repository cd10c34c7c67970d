"""Which error bars can be trusted: `kurtosis` of the blocks, `tails` that no sample has reached.

`output_tails` judges output weights that are not Gaussian.
"""
