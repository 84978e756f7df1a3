"""Standard output as it is found: in any encoding, full, closed; what programs read is the same everywhere."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from casecore.cli import main, streams
from casecore.cli.screen import Screen, report_error
from casecore.kernel import CasecoreError
from casecore.policies import Policy
from tests.cli.test_diff import SCOPE

START = [sys.executable, "-c", "from casecore.cli import main; raise SystemExit(main())"]
FULL = Path("/dev/full")
ENCODINGS = ["ascii", "cp1252", "cp1251", "utf-8"]
NAME = "“Plus” São → ж"


@pytest.fixture
def files(tmp_path):
    """A policy with a name that no encoding of one byte has, another, one that cannot be read, a day and a template."""
    text = Policy.default().sources[0].text
    (tmp_path / "old.toml").write_text(text.replace('id      = "support-sop"', f'id = "{NAME}"'), "utf-8")
    (tmp_path / "new.toml").write_text(text.replace("chat  = 2", "chat  = 3"), "utf-8")
    (tmp_path / "bad.toml").write_text(f'[tags]\nlimit = "{NAME}"\n', "utf-8")
    (tmp_path / "day.jsonl").write_text(
        json.dumps({"type": "OpenCase", "by": NAME, "at": "2026-11-02T08:00:00Z", "case": NAME, "story": NAME}), "utf-8"
    )
    body = {"type": "BODY", "text": f"{NAME} {{{{ 1 }}}} \ud83d"}
    (tmp_path / "a.json").write_text(json.dumps({"name": NAME, "components": [body]}), "utf-8")
    return tmp_path


def printed(monkeypatch, encoding, *arguments):
    """The bytes that a command prints to a console of an encoding."""
    out = io.BytesIO()
    stream = io.TextIOWrapper(out, encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    main([str(argument) for argument in arguments])
    stream.flush()
    assert "strict" == stream.errors  # as it was before
    return out.getvalue()


COMMANDS = [
    ("diff", "old.toml", "new.toml", *SCOPE),
    ("diff", "bad.toml", "new.toml"),
    ("check", "bad.toml"),
    ("replay", "day.jsonl"),
    ("template", "lint", "a.json"),
    ("template", "fill", "a.json"),
    ("rules",),
    ("explain", "chat.idle.closing", "--at", "2026-12-01"),
    ("schema",),
    ("show", "lifecycle"),
]


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != ("schema",)], ids=" ".join)
def test_people_can_read_it_in_every_encoding(files, monkeypatch, command):
    """What an encoding does not have is replaced, and nothing fails."""
    monkeypatch.chdir(files)
    for encoding in ENCODINGS:
        text = printed(monkeypatch, encoding, *command).decode(encoding)
        assert text or "bad.toml" in command


@pytest.mark.parametrize(
    ("command", "form"),
    [
        (command, form)
        for command, forms in zip(
            COMMANDS,
            [("json", "sarif", "github", "md")] * 2
            + [("json", "sarif", "github", "junit", "md"), ("json", "github", "junit"), ("json", "sarif", "github")]
            + [("json",), ("json", "md"), ("json",), ("json", "md"), ("mermaid", "md", "dot")],
            strict=True,
        )
        for form in forms
    ],
    ids=lambda given: given if isinstance(given, str) else " ".join(given),
)
def test_programs_read_the_same_in_every_encoding(files, monkeypatch, command, form):
    """UTF-8, valid, and nothing of it another letter."""
    monkeypatch.chdir(files)
    first, *others = (printed(monkeypatch, encoding, *command, "--format", form) for encoding in ENCODINGS)
    assert all(other == first for other in others)
    text = first.decode("utf-8")
    if form == "junit":
        ET.fromstring(first)  # noqa: S314 -- our own text
    elif form in {"json", "sarif"}:
        assert all(map(json.loads, text.splitlines() if command[0] == "replay" else [text]))
    if command[0] not in {"rules", "explain", "schema", "show"} and "bad.toml" not in command:
        assert NAME in text or json.dumps(NAME)[1:-1] in text or form in {"github", "sarif"}


@pytest.mark.skipif(not FULL.exists(), reason="this system has no disk that is always full")
@pytest.mark.parametrize("errors", [subprocess.PIPE, "full"])
@pytest.mark.parametrize("command", [*COMMANDS, ("--help",), ("--version",)], ids=" ".join)
def test_a_full_disk_is_one_line_and_exit_code_2(files, command, errors):
    """Not a traceback, and not the code of findings; also where nobody can be told."""
    with FULL.open("w", encoding="utf-8") as full:
        stderr = full if errors == "full" else errors
        done = subprocess.run([*START, *command], cwd=files, stdout=full, stderr=stderr, text=True, check=False)
    assert 2 == done.returncode
    if errors != "full" and "bad.toml" not in command:
        expected = "standard output: cannot be written (No space left on device); send it to another file or pipe\n"
        assert done.stderr.endswith(expected)
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", "2>&-"])
def test_closed_streams(files, closed):
    """A process may be started without them; what it says then goes nowhere else."""
    line = f'"$0" -c "$1" check bad.toml --format json {closed}'
    done = subprocess.run(
        ["sh", "-c", line, START[0], START[2]], cwd=files, capture_output=True, text=True, check=False
    )
    assert 2 == done.returncode
    assert (
        "standard output: it is closed; send it to another file or pipe\n" if closed == ">&-" else ""
    ) == done.stderr
    if closed == "2>&-":
        assert json.loads(done.stdout)["results"]
    else:
        assert "" == done.stdout


def test_in_process(capsys, monkeypatch):
    """The same without a process of its own."""
    monkeypatch.setattr(sys, "stdout", None)
    assert 2 == main(["rules"])
    assert "standard output: it is closed" in capsys.readouterr().err

    class Full(io.StringIO):
        def write(self, _):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    assert 2 == main(["rules"])
    assert "No space left on device" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stderr", Full())
    assert 2 == report_error(CasecoreError("nobody hears it"))
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert 0 == main(["rules", "--format", "json"])
    assert json.loads(sys.stdout.getvalue())
    monkeypatch.setattr(sys.stderr, "flush", lambda: sys.stderr.write(""))
    assert 0 == main(["--version"])
    monkeypatch.setattr(sys, "stderr", None)
    assert 2 == main(["replay", "none.jsonl"])
    assert sys.stderr is None


def test_an_output_that_is_closed_on_the_way(monkeypatch):
    """Is left as it is."""

    class Closing(io.TextIOWrapper):
        def write(self, _):
            self.close()
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdout", Closing(io.BytesIO(), "ascii"))
    assert 2 == main(["show", "lifecycle"])


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_for_people_is_json(monkeypatch, files, encoding):
    """A call that somebody copies from the screen says what it said; signs that an encoding has stay as they are."""
    body = {"type": "BODY", "text": "Olá {{1}}, “até” já, e até breve."}
    plain = {"name": "a", "language": "pt_PT", "category": "UTILITY", "status": "APPROVED", "components": [body]}
    (files / "a.json").write_text(json.dumps(plain), "utf-8")
    told = printed(
        monkeypatch, encoding, "template", "fill", files / "a.json", "--set", "1=“Plus” ж", "--to", "+351912345678"
    ).decode(encoding)
    preview, _, call = told.partition("\n\n")
    assert "“Plus” ж" == json.loads(call)["template"]["components"][0]["parameters"][0]["text"]
    assert ("“até”" if encoding != "ascii" else '"at?"') in preview or encoding == "cp1251"


def test_a_screen_of_a_hosts_own(monkeypatch):
    """Where nobody has made the stream lenient, text is replaced all the same; half of a pair is no text."""
    out = io.BytesIO()
    stream = io.TextIOWrapper(out, encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    Screen().print_line("a\ud83d")
    streams.write_document("b\ud83d")
    stream.flush()
    assert "a?" + os.linesep + "b?\n" == out.getvalue().decode()
