"""One integral from question to answer: `integration` is the way in, `methods` chooses the evaluator.

`odd_integrands` are zero and never computed; `store` keeps what was integrated, `resumable` uses it.
"""
