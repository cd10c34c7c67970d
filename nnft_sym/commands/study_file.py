"""A study file is written where there was none."""


def write_new(name: str, text: str, *, force: bool = False, advice: str = "") -> None:
    """Write a text file; refuse to lose another one.

    Parameters
    ----------
    name, text : str
    force : bool, optional
        Replace what is there.
    advice : str, optional
        What else can be done, for the message.

    Raises
    ------
    UnwritableOutput
        If there is something of that name, or nothing can be written there.
    """
    from os.path import lexists

    from diagrams.messages import shown
    from nnft_sym.storage.writing import UnwritableOutput, check_writable, write_text

    path = check_writable(name)
    if lexists(name) and not force:
        todo = advice or "name another file, or replace that one with --force"
        raise UnwritableOutput(f"{shown(name)} exists already; {todo}")
    write_text(path, text)
