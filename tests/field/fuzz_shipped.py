"""What the fuzzer draws for the studies that come with the package."""

#: Their names, and near misses.
NAMES = ("cos", "published", "quickstart", "relu_both_signs", "publshed", "Cos", "cos.toml")


def only_said(words: list[str]) -> list[str]:
    """Let the studies that come with the package be listed, printed, copied or forecast, not run.

    Examples
    --------
    >>> only_said(["studies", "cos", "--seed", "1"]), only_said(["studies", "cos", "--show"])
    (['studies', 'cos', '--dry-run', '--seed', '1'], ['studies', 'cos', '--show'])
    """
    said = any(word.partition("=")[0] in ("--dry-run", "--show", "--copy", "--help") for word in words)
    here = 1 if words[0] == "quickstart" else 2
    return words if said or len(words) < here else [*words[:here], "--dry-run", *words[here:]]
