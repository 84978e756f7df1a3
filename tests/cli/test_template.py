"""`casecore template lint` and `casecore template fill`: what is printed, and the exit codes."""

import io
import json
import sys
from types import SimpleNamespace

import pytest

from casecore.cli.template import fill, lint

ORDER = {
    "name": "fatura",
    "language": "pt_PT",
    "category": "UTILITY",
    "status": "APPROVED",
    "components": [
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BODY", "text": "Olá {{1}},\na sua fatura chegou."},
        {"type": "FOOTER", "text": "Sol"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "URL", "text": "Ver", "url": "https://a.example/{{1}}"},
                {"type": "PHONE_NUMBER", "text": "Ligar", "phone_number": "+351210000000"},
                {"type": "COPY_CODE"},
            ],
        },
    ],
}
VALUES = ("1=Inês", "button.0.1=x=y", "header.image=https://a.example/b.png", "button.2.code=SOL")


@pytest.fixture
def order(tmp_path):
    """A file with one sound template."""
    file = tmp_path / "order.json"
    file.write_text(json.dumps(ORDER), "utf-8")
    return str(file)


@pytest.fixture
def body(tmp_path):
    """A text file with a broken body."""
    file = tmp_path / "body.txt"
    file.write_text("\ufeffOlá {{ 1 }}, até já.\n", "utf-8")
    return str(file)


class TestLint:
    """Would Meta approve them?"""

    def test_sound(self, order, capsys):
        """Nothing found: exit code 0."""
        assert 0 == lint(order)
        assert "1 template: nothing found\n" == capsys.readouterr().out

    def test_errors(self, order, body, capsys):
        """An error: exit code 1, and the line says where."""
        assert 1 == lint(order, body)
        printed = capsys.readouterr().out
        assert "body.txt:1:5: error [parse.spaced]" in printed
        assert "2 templates: 1 error" in printed

    def test_warnings_are_no_errors(self, tmp_path):
        """Warnings alone leave the exit code 0."""
        file = tmp_path / "a.txt"
        file.write_text("Olá, {1} chegou.", "utf-8")
        assert 0 == lint(str(file))

    @pytest.mark.parametrize("name", ["json", "sarif"])
    def test_json(self, body, name, capsys):
        """JSON and SARIF can be read by programs."""
        assert 1 == lint(body, format=name)
        assert json.loads(capsys.readouterr().out)

    def test_github(self, body, capsys):
        """GitHub's workflow commands."""
        assert 1 == lint(body, format="github")
        assert capsys.readouterr().out.startswith("::error file=")

    def test_standard_input(self, monkeypatch, capsys):
        """A lone - is standard input: the text of a body, or JSON."""
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO("Olá {{1}".encode())))
        assert 1 == lint("-")
        assert "standard input:1:5: error [parse.unbalanced]" in capsys.readouterr().out
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps([ORDER, ORDER]).encode())))
        assert 1 == lint("-")
        assert "2 templates: 1 error" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("raw", "message"), [(b"\xff", "is not UTF-8"), (None, "cannot be read"), (b"{", "is no JSON")]
    )
    def test_unreadable(self, tmp_path, raw, message, capsys):
        """What cannot be read: exit code 2, and why."""
        file = tmp_path / "a.json"
        if raw is not None:
            file.write_bytes(raw)
        assert 2 == lint(str(file))
        assert message in capsys.readouterr().err

    def test_no_file_name(self, capsys):
        """A name that no file can have is told like one that is not there."""
        assert 2 == lint("\0")
        assert "cannot be read" in capsys.readouterr().err


class TestFill:
    """What the customer will read, and the call."""

    def test_ready(self, order, capsys):
        """A preview that looks like the message, then the call: exit code 0."""
        assert 0 == fill(order, set=VALUES, to="+351912345678")
        printed = capsys.readouterr().out
        preview, _, call = printed.partition("\n\n")
        assert [
            "│ (image) https://a.example/b.png",
            "│ Olá Inês,",
            "│ a sua fatura chegou.",
            "│ Sol",
            "│ [ Ver ] → https://a.example/x=y",
            "│ [ Ligar ] → +351210000000",
            "│ [ Copy offer code ] → SOL",
        ] == preview.split("\n")
        assert "+351912345678" == json.loads(call)["to"]

    def test_not_ready(self, order, capsys):
        """What stands in the way is listed, and there is no call: exit code 1."""
        assert 1 == fill(order, set=("1=Inês",), to="912345678")
        printed = capsys.readouterr().out
        assert "[ready.missing] header.image" in printed
        assert "[ready.phone]" in printed
        assert "messaging_product" not in printed

    def test_without_recipient(self, order, capsys):
        """Without a recipient there is a preview and no call."""
        assert 0 == fill(order, set=VALUES)
        assert "messaging_product" not in capsys.readouterr().out

    @pytest.mark.parametrize(("to", "sent"), [("+351912345678", True), (None, False)])
    def test_json(self, order, to, sent, capsys):
        """The same for programs."""
        assert 0 == fill(order, set=VALUES, to=to, format="json")
        told = json.loads(capsys.readouterr().out)
        assert "Olá Inês,\na sua fatura chegou." == told["preview"][1]["text"]
        assert ([], sent) == (told["findings"], told["payload"] is not None)

    def test_object(self, order, capsys):
        """KEY:=JSON gives an object as the API writes it."""
        image = '{"type": "image", "image": {"id": "7"}}'
        values = (*(value for value in VALUES if "image" not in value), f"header.image:={image}")
        assert 0 == fill(order, set=values, to="+351912345678", format="json")
        told = json.loads(capsys.readouterr().out)
        assert {"id": "7"} == told["payload"]["template"]["components"][0]["parameters"][0]["image"]

    @pytest.mark.parametrize("value", ["novalue", "=x", "a:=!", "a:=" + "[" * 200_000])
    def test_bad_value(self, order, value, capsys):
        """A value that cannot be read: exit code 2."""
        assert 2 == fill(order, set=(value,))
        assert "--set" in capsys.readouterr().err

    def test_choice(self, tmp_path, capsys):
        """Of several templates one is chosen by name and language."""
        file = tmp_path / "a.json"
        file.write_text(json.dumps([ORDER, {**ORDER, "language": "en"}, {"components": ORDER["components"]}]), "utf-8")
        assert 2 == fill(str(file), name="fatura")
        assert "2 templates fit; the file has: fatura pt_PT, fatura en, without a name" in capsys.readouterr().err
        assert 0 == fill(str(file), name="fatura", language="en", set=VALUES)
        file.write_text(json.dumps([ORDER, {"name": "other"}]), "utf-8")
        assert 0 == fill(str(file), set=VALUES)  # whatever else is in the file
        assert 2 == fill(str(file), name="other")
        assert "has no components" in capsys.readouterr().err
        assert 2 == fill(str(file), name="other", format="json")
        told = json.loads(capsys.readouterr().out)
        assert (["unreadable"], None) == ([one["code"] for one in told["findings"]], told["payload"])

    def test_draft(self, tmp_path, capsys):
        """A text alone can be tried out; that it has no name stands in the way of sending it."""
        file = tmp_path / "a.txt"
        file.write_text("Olá {{1}}, até já.", "utf-8")
        assert 1 == fill(str(file), set=("1=Rui",))
        printed = capsys.readouterr().out
        assert "│ Olá Rui, até já." in printed
        assert "[ready.name_missing]" in printed
