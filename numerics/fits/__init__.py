"""Couplings from correlated numbers (`fitting`, `power_law`), and how well numbers agree (`comparison`)."""
