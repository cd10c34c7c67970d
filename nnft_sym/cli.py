"""The command ``nnft``: one group, subcommands imported only when called.

Exit codes: 0 success; 1 a validation that did not pass; 2 bad input (one message on stderr, nothing on
stdout); 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

import click

import nnft_sym
from diagrams.errors import NNFTError
from diagrams.messages import bounded

#: Subcommand -> one line of help; the module ``nnft_sym.commands.<name>`` defines ``command``.
COMMANDS = {
    "validate": "The main job: a field theory against a real ensemble.",
    "expand": "Expand an n-point function into diagrams.",
    "count": "Count diagrams without listing them.",
    "draw": "Draw the diagrams of an expansion.",
    "kernel": "Print the kernel (propagator) matrix of a network.",
    "cumulant": "Exact connected correlator of a finite-width network.",
    "sample": "Sample an ensemble of networks and measure its correlators.",
    "neurons": "Correlators of every width from single neurons.",
    "widths": "Sample one architecture at several widths: the 1/N law.",
    "integrate": "Integrate one diagram numerically.",
    "cache": "Show or clear the integrals kept on disk.",
}


class LazyGroup(click.Group):
    """A group that imports a subcommand only when it is called, so that ``--help`` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the subcommands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one subcommand."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"nnft_sym.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(nnft_sym.__version__, prog_name="nnft")
def nnft() -> None:
    """Feynman diagrams for neural-network field theory."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str
        The words after ``nnft``.

    Returns
    -------
    int
        0, 1, 2 or 130, as in the module's description.
    """
    try:
        result = nnft.main(args=list(arguments), prog_name="nnft", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        click.echo(f"nnft: {bounded(error.format_message())}", err=True)
        return 2
    except NNFTError as error:
        click.echo(f"nnft: {error}", err=True)
        return 2
    except ArithmeticError as error:
        click.echo(f"nnft: a number is out of range ({error}); give inputs of a reasonable size", err=True)
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("nnft: interrupted", err=True)
        return 130
    except BrokenPipeError:
        # The reader (``| head``) has gone.
        _discard_output()
        return 0
    except OSError as error:
        if error.filename is not None:  # not the output but a file of the user's, which has its own message
            raise
        _discard_output()
        click.echo(f"nnft: cannot write the output: {error.strerror}; make room or write elsewhere", err=True)
        return 2
    return result if isinstance(result, int) else 0


def _discard_output() -> None:
    """Send what is still buffered to nowhere, so that Python does not complain when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Entry point of the console script."""
    # Our matrices have a few hundred rows; BLAS threads only get in each other's way there, by up to a factor
    # of twenty on a busy machine. Must be said before NumPy is loaded; the user's own setting wins.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A terminal that cannot show λ shows a question mark instead of a traceback.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))
