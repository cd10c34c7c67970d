"""One module per subcommand of ``nnft``; each defines ``command`` and is imported only when called."""
