"""The referee: exact correlators of finite-width networks; `correlators` is the way in.

`inputs` checks what is asked. Correlators are made of the joint cumulants of a single neuron
(`neuron_cumulants`), these of moments of its features: `feature_moments` chooses between the closed forms,
the orthant probabilities, the sectors and the quadratures beside it. `output_structure` is for several
outputs.
"""
