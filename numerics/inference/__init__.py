"""Couplings from correlated numbers (`linear`, `power_law`), and how well numbers agree (`comparison`).

All but `power_law` work in the retained directions of `eigenbasis`, which is read first. `dataset` holds
a sample and an exact answer together.
"""
