"""What tells our ``diagrams`` package from an unrelated one of the same name."""

#: Read by ``nnft_sym`` and ``numerics`` before they import anything else from here.
DISTRIBUTION = "nnft-sym"
VERSION = "0.1.0"
