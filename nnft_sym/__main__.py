"""``python -m nnft_sym`` is the command ``nnft``."""

from nnft_sym.cli import main

if __name__ == "__main__":
    main()
