"""``.ci/run``: the README's test command, after a TeX that it may fail to install."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / ".ci" / "run"
CALLS = ["make test", "make docs", "make package", "make lowest"]
REAL = ("bash", "dirname", "env", "sh", "timeout")

pytestmark = pytest.mark.skipif(
    any(shutil.which(name) is None for name in REAL), reason="needs bash and the core utilities"
)


def run(folder, **stubs):
    """Run the script where only the stubs exist; give exit code, output, and what was called."""
    calls = folder / "calls"
    for name in REAL:
        (folder / name).symlink_to(shutil.which(name))
    for name, body in {"make": "exit 0", **stubs}.items():
        stub = folder / name
        stub.write_text(f'#!{shutil.which("sh")}\necho "{name} $*" >> "{calls}"\n{body}\n')
        stub.chmod(0o755)
    done = subprocess.run(
        [SCRIPT], env={"PATH": str(folder)}, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout, calls.read_text().splitlines()


INSTALL = "install -y --no-install-recommends texlive-latex-base texlive-pictures"


def test_is_executable():
    assert os.access(SCRIPT, os.X_OK)


def test_with_a_tex_nothing_is_installed(tmp_path):
    stubs = {"pdflatex": "exit 0", "kpsewhich": "echo /tikz.sty", "apt-get": "exit 1"}
    code, said, calls = run(tmp_path, **stubs)
    assert (code, said) == (0, "")
    assert calls == ["kpsewhich tikz.sty", *CALLS]


@pytest.mark.parametrize("make", [0, 3])
def test_without_a_way_to_install_the_tests_run_all_the_same(tmp_path, make):
    code, said, calls = run(tmp_path, make=f"exit {make}")
    assert code == make
    assert "no apt-get" in said
    assert calls == (CALLS if make == 0 else CALLS[:1])


def test_without_the_right_to_install(tmp_path):
    code, said, calls = run(tmp_path, id="echo 1000", sudo="exit 1", **{"apt-get": "exit 0"})
    assert code == 0
    assert "no right" in said
    assert calls == ["id -u", "sudo -n true", *CALLS]


@pytest.mark.parametrize("user", [0, 1000])
def test_an_installation_that_fails_is_tolerated(tmp_path, user):
    """Packages known, else the list fetched anew; with sudo where the user is not root."""
    stubs = {"id": f"echo {user}", "sudo": 'shift; [ "$1" = true ] || "$@"', "apt-get": "exit 100"}
    code, said, calls = run(tmp_path, **stubs)
    assert code == 0
    assert "could not be installed" in said
    asked = [call for call in calls if call.startswith("apt-get")]
    assert len(asked) == 2
    assert asked[0].endswith(INSTALL)
    assert asked[1].endswith("update")
    assert calls[-4:] == CALLS
    assert any(call.startswith("sudo -n env") for call in calls) is (user != 0)


def test_an_installation_that_succeeds(tmp_path):
    made = f'for name in pdflatex kpsewhich; do printf "#!{shutil.which("sh")}\\necho yes\\n"'
    made += f' > "{tmp_path}/$name"; /bin/chmod +x "{tmp_path}/$name"; done'
    code, said, calls = run(tmp_path, id="echo 0", **{"apt-get": made})
    assert code == 0
    assert "could not" not in said
    assert calls[-4:] == CALLS
