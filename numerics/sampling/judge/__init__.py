"""Which error bars can be trusted: `kurtosis` of the blocks, `tails` that no sample has reached."""
