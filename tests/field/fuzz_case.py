"""What the fuzzer hands from the draw to the runner and the judge: a case, whole and repeatable."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class FileSpec:
    """One file of a case: a text, or a file that the product has written (`base`), and what is done to it.

    `edits` are (kind, place, byte): "flip" puts the byte at the place, a share of the length; "cut" ends the
    file there; "insert" puts the byte in between; "repeat" writes the file twice.
    """

    name: str
    text: str = ""
    base: str = ""
    edits: tuple[tuple[str, float, int], ...] = ()

    def content(self, bases: dict[str, bytes]) -> bytes:
        """Make the bytes of the file."""
        data = bytearray(bases[self.base] if self.base else self.text.encode("utf-8", "surrogatepass"))
        for kind, place, byte in self.edits:
            at = min(int(place * len(data)), max(len(data) - 1, 0))
            if kind == "cut":
                del data[at:]
            elif kind == "insert":
                data.insert(at, byte)
            elif kind == "repeat":
                data *= 2
            elif data:
                data[at] = byte
        return bytes(data)


@dataclass(frozen=True)
class Case:
    """One thing asked of the product.

    `front` is "nnft", the command line, or the name of a Python function that reads a text (`FRONTS` of
    `fuzz_run`).
    """

    front: str
    words: tuple[str, ...]
    files: tuple[FileSpec, ...] = ()
    environment: tuple[tuple[str, str], ...] = field(default=())
