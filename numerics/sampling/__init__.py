"""The ensemble sampler; `sampler` is the way in.

From the inside out: `random_streams` and `parameters` draw, `lanes` evaluates many networks at once
(`reference` is its slow twin), `moments` and `conditional_moments` sum, `pages` and `page_sums` arrange the
sums in one fixed tree, `run`, `interrupts`, `store` and `scale_out` carry a run through interruptions and
over a cluster. What came out: `sampled`, `connected` (with errors from `jackknife`), `width_scan`; `tails`
and `kurtosis` judge the error bars.
"""
