"""Actions: from text or SymPy to couplings, vertices and their shapes; `action` is the way in.

`names` and `polynomials` are the material, `shapes` says what a vertex looks like, `tokens` and `parsing`
read text, `factoring` writes coefficients as products.
"""
