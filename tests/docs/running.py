"""Pages that are typed: their files are written, their commands given, and what they print is compared, in order.

A remark above a block says what it is: `file: NAME` is written, `more: NAME` is added to a file, `end of: NAME` takes
the place of a file's end, from the line on that tells the same `story`; `exit: N` is the exit code of the commands;
`slow` and `not run` leave a block to others. A block of commands has `$ ` before each, and below it what is printed; a
line `…` is any lines.
"""

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

from attrs import frozen

BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- (?P<remark>[^>]*) -->\n *)?```(?P<language>\w+)\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)


@frozen
class Block:
    """One block of a page."""

    remark: str
    language: str
    text: str

    def of(self, word):
        """What a remark says after its word."""
        word_said, _, rest = self.remark.partition(": ")
        return rest if word_said == word else ""


def blocks_of(page):
    """The blocks of a page, in order, without their indentation."""
    for found in BLOCK.finditer(page):
        text = re.sub(f"^{found['indent']}", "", found["text"], flags=re.MULTILINE)
        yield Block(found["remark"] or "", found["language"], text)


def commands_in(block):
    """The commands of a block, each with what it prints."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        typed, _, told = part.partition("\n")
        yield typed.strip(), told.splitlines()


def is_printed(told, printed):
    """Whether these lines were printed, where `…` is any lines."""
    parts = [re.escape(line.rstrip()) for line in told]
    pattern = "\n".join("(?:.*\n)*?.*" if part == "…" else part for part in parts)
    return re.fullmatch(pattern, "\n".join(line.rstrip() for line in printed)) is not None


def type_page(page, casecore, *, slow=False):
    """Do what a page says, in the folder where we are.

    Args:
        page: The page, in Markdown.
        casecore: What runs a command: its exit code, what it printed, what it complained of.
        slow: Whether the commands that take long are given, instead of the others.
    """
    done = 0
    for block in blocks_of(page):
        if block.remark == "not run" or (block.language == "console" and slow != (block.remark == "slow")):
            continue
        if block.of("file"):
            Path(block.of("file")).write_text(block.text, "utf-8")
        elif block.of("more"):
            with Path(block.of("more")).open("a", encoding="utf-8") as file:
                file.write(block.text)
        elif block.of("end of"):
            _end_otherwise(Path(block.of("end of")), block.text)
        elif block.language == "console":
            for typed, told in commands_in(block):
                code, printed = _run(typed, casecore)
                assert is_printed(told, printed), "\n".join((f"$ {typed}", *printed))
                assert int(block.of("exit") or 0) == code, typed
                done += 1
    assert done


def _end_otherwise(file, text):
    story = re.search(r'"story": "[^"]*"', text)[0]
    before, found, _ = file.read_text("utf-8").partition("{" + story)
    assert found
    file.write_text(before + text, "utf-8")


def _run(typed, casecore):
    words = re.findall(r"'[^']*'|\S+", typed.partition("  #")[0])
    words = [word.strip("'") for word in words]
    if words[0] == "python":
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(Path(words[1]).read_text("utf-8"), words[1], "exec"), {"__name__": "__main__"})  # noqa: S102 -- our own page
        return 0, printed.getvalue().splitlines()
    assert words[0] == "casecore", typed
    code, printed, complaints = casecore(*words[1:])
    return code, (printed + complaints).splitlines()
