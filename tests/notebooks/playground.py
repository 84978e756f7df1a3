"""Export a notebook that runs in a browser: `python -m tests.notebooks.playground` writes `build/playground`.

What comes of it is a folder of static files; `docs/playground.md` says what a browser fetches besides.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "three_chats.py"
HEAD = "# /// script\n"


def build_wheel(folder):
    """Casecore as a wheel: no index that a browser asks has it."""
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT], check=True
    )
    return next(Path(folder).glob("casecore-*.whl"))


def with_wheel(source, wheel):
    """A notebook that says which wheel it needs; marimo puts that beside the page."""
    assert source.startswith(HEAD)
    needs = f'# requires-python = ">=3.11"\n# dependencies = ["casecore @ {wheel.as_uri()}", "marimo"]\n#\n'
    return HEAD + needs + source.removeprefix(HEAD)


def export(wheel, into, notebook=NOTEBOOK):
    """Write the page, and all that marimo has for it.

    Args:
        wheel: Casecore, as a wheel.
        into: The folder.
        notebook: Which notebook.
    """
    from uv import find_uv_bin  # marimo asks it whether a notebook imports modules that lie beside it

    with TemporaryDirectory() as folder:
        copy = Path(folder) / notebook.name
        copy.write_text(with_wheel(notebook.read_text("utf-8"), Path(wheel).resolve()), "utf-8")
        command = [sys.executable, "-m", "marimo", "-q", "-y", "export", "html-wasm", copy, "--output", into]
        command += ["--mode", "run", "--show-code", "--no-sandbox", "--force"]
        subprocess.run(command, env={**os.environ, "UV": find_uv_bin()}, stdin=subprocess.DEVNULL, check=True)
    (Path(into) / "CLAUDE.md").unlink(missing_ok=True)  # marimo's own, about its page


def main():
    """Write it, and say how it is looked at."""
    into = ROOT / "build" / "playground"
    with TemporaryDirectory() as folder:
        export(build_wheel(folder), into)
    print(f"python -m http.server --directory {into.relative_to(Path.cwd())}")


if __name__ == "__main__":
    main()
