"""The compiled heart of the sampler: many random networks at once, products of their outputs summed.

From the inside out: `draws` turns stream numbers into parameters, `lanes` evaluates a batch of networks
(`reference` is its slow twin), `pages` arranges the batches, `page_sums` adds pages up in one fixed tree.

Words used here:

- lane: one network of the `LANES` (512) that are evaluated together. Arrays have the lane as their last axis,
  so that one vector instruction serves several networks.
- grain: the `GRAIN` (64) consecutive networks whose moments are summed at once, the leaves of every sum.
- page: an aligned run of grains whose sums form one subtree; it is the unit of work, and a pure function of
  seed and number.
- span: 2^k pages computed as a whole, a subtree of the sum over pages.
- block: the networks whose average is one number for the jackknife. Its edges may lie anywhere.
- piece: what the edges of grains and of blocks cut a page into; a grain that no edge cuts is one piece.
"""
