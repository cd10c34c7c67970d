"""Where a random function is looked at: `points` checks inputs, `index_sets` lists multisets of them."""
