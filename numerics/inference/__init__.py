"""Couplings from correlated numbers, and how well numbers agree (`comparison`).

`dataset` holds what is fitted. `linear` fits a design matrix, `nonlinear` named couplings of a `polynomial`
model (both answer with a `fit_result`; the solver stands in `roots`), `power_law` a power of N. All but the
last work in the retained directions of `eigenbasis`, which is read first; `directions` says what data
determine.
"""
