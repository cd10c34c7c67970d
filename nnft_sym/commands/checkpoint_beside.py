"""Runs that are kept: their checkpoints beside ``--out``, and what an interrupt leaves."""

from pathlib import Path

import click

from nnft_sym.parameters.outputs import NETCDF

#: Exit code of a run that Ctrl-C ended.
INTERRUPTED = 130


def checkpoint_beside(target: Path, resume: bool) -> Path:
    """Decide where the checkpoint stands, a file or a folder of them; refuse to lose what is there already.

    Parameters
    ----------
    target : Path
        The file of results.
    resume : bool
        Whether to continue.

    Returns
    -------
    Path

    Raises
    ------
    UsageError
        If results exist and are not to be continued, or are to be continued and are damaged.
    """
    checkpoint = target.with_name(f"{target.name}.checkpoint")
    there = [path for path in (target, checkpoint) if _holds_something(path)]
    if not resume and there:
        raise click.UsageError(
            f"{str(there[0])!r} exists and is not overwritten; add --resume to continue it, give another "
            "--out, or remove " + " and ".join(repr(str(path)) for path in there)
        )
    if resume and not there:
        click.echo(f"nothing to continue: {checkpoint.name!r} does not exist; starting a new run", err=True)
    if resume and target in there:
        _refuse_damage(target, checkpoint, checkpoint in there)
    return checkpoint


def _refuse_damage(target: Path, checkpoint: Path, kept: bool) -> None:
    """Results that are continued must be those that were written, and have a checkpoint."""
    from numerics.files.sealed import is_intact

    if target.suffix.lower() in NETCDF and not is_intact(target):
        raise click.UsageError(
            f"the result {str(target)!r} is damaged: it was truncated or altered since it was written, "
            "and its checksum does not fit; remove it, and "
            + (
                "--resume makes it anew from its checkpoint"
                if kept
                else "sample again, there is no checkpoint to make it from"
            )
        )
    if not kept:
        raise click.UsageError(
            f"{str(target)!r} has no checkpoint {checkpoint.name!r} beside it to continue from; give "
            "another --out, or remove it to start again"
        )


def _holds_something(path: Path) -> bool:
    from numerics.files.sealed import has_content

    return any(path.iterdir()) if path.is_dir() else has_content(path)


def say_interrupted(done: str, kept: bool) -> int:
    """Tell what an interrupt leaves of a run without a partial result; return the exit code.

    Parameters
    ----------
    done : str
        How much is done, as in ``"3,000 neurons"``.
    kept : bool
        Whether it can be continued.
    """
    rest = "; the same command with --resume continues" if kept else "; with --out FILE it could be continued"
    click.echo(f"nnft: interrupted after {done}{rest}", err=True)
    return INTERRUPTED
