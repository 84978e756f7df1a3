"""A first map of a log: what it proposes, with what was seen, and what it asks."""

import json
import re

import polars as pl
import pytest

from casecore.audit.errors import AuditError, MapError
from casecore.audit.logs.guessing import MOST_WORDS, guess_map
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.map_kinds import ASK, Columns
from casecore.audit.logs.reading import read_log
from casecore.statuses import Status

INCIDENTS = """number,incident_state,sys_updated_at,sys_mod_count,assigned_to,sys_updated_by,\
assignment_group,contact_type,closed_code,opened_at
INC1,New,2/1/2026 09:00,0,?,guest,Desk,Phone,done,2/1/2026 08:00
INC1,Active,2/1/2026 09:10,1,ana,ana,Desk,Phone,done,2/1/2026 08:00
INC2,Active,13/1/2026 09:00,0,bob,bob,,Email,?,13/1/2026 08:00
INC1,Closed,14/1/2026 09:00,2,ana,ana,Desk,Phone,done,2/1/2026 08:00
"""


@pytest.fixture
def guess(tmp_path):
    """The first map of a file with this content, and the file."""

    def make(content, name="log.csv", **options):
        (tmp_path / name).write_text(content, "utf-8", newline="")
        return guess_map(tmp_path / name, **options)

    return make


def questions(text):
    """The paths of the questions in a map, which has nothing else wrong with it."""
    with pytest.raises(MapError) as caught:
        LogMap.loads(text)
    assert {"is not answered yet"} == {problem.message for problem in caught.value.problems}
    return [problem.path for problem in caught.value.problems]


class TestIncidents:
    """An export of well-known columns."""

    def test_columns_are_proposed(self, guess):
        """By their names, each with what was seen in it."""
        text = guess(INCIDENTS)
        assert 'case = "number"' in text
        assert "# number: 2 different, never empty; INC1 (3), INC2 (1)" in text
        assert "# assignment_group: 1 different, 25 % empty; Desk (3)" in text
        assert 'by = ["assigned_to", "sys_updated_by"]' in text
        assert '# channel = "contact_type"' in text
        assert '# code = "closed_code"' in text
        assert 'order = ["sys_mod_count:int"]' in text
        assert '# ?: 2\nnull = ["?"]' in text

    @pytest.mark.parametrize("column", ["by", "changed_by", "performed_by", "updated_by", "actor"])
    def test_plain_words_for_whoever_did_it(self, guess, column):
        """Columns that are called as anybody would call them."""
        assert f'by = "{column}"' in guess(f"at,case,state,{column}\n2026-11-02 09:00,C-1,new,ana\n")

    def test_what_matters_is_asked(self, guess):
        """With the counts that help to answer."""
        text = guess(INCIDENTS)
        words = ("Active", "Closed", "New")
        assert ["log.begins", "log.zone", "time.format", *(f"words.status.{word}" for word in words)] == questions(text)
        assert '#     "%d/%m/%Y %H:%M": 4\n#     "%m/%d/%Y %H:%M": 2\n' in text
        assert '"Active" = "ask"  # 2 rows' in text
        assert "the cases begin with: Active 1, New 1" in text
        assert "# Times are in opened_at, too: it has to be the one at which the row was written." in text

    def test_once_answered_it_reads_the_log(self, guess, tmp_path):
        """Nothing else is to be done."""
        answers = {"begins": "cut", "zone": "UTC", "format": "%d/%m/%Y %H:%M"}
        answers |= {'"Active"': "open", '"New"': "new", '"Closed"': "closed"}
        text = guess(INCIDENTS)
        for key, answer in answers.items():
            text = text.replace(f'{key} = "{ASK}"', f'{key} = "{answer}"')
        log = read_log(tmp_path / "log.csv", LogMap.loads(text))
        assert [Status.NEW, Status.OPEN, Status.OPEN, Status.CLOSED] == [row.told["status"] for row in log.rows()]
        assert [1, 2, 3, 4] == [row.number for row in log.rows()]


class TestOthers:
    """Other logs, and other files."""

    def test_other_delimiters(self, guess):
        """The one that makes most columns."""
        assert 'delimiter = ";"' in guess(INCIDENTS.replace(",", ";"))
        assert 'delimiter = "\\t"' in guess(INCIDENTS.replace(",", "\t"), "log.tsv")

    def test_other_encodings(self, tmp_path):
        """As the caller says."""
        (tmp_path / "log.csv").write_bytes(INCIDENTS.replace("New", "Né").encode("cp1252"))
        text = guess_map(tmp_path / "log.csv", encoding="cp1252")
        assert 'encoding = "cp1252"' in text
        assert '"Né" = "ask"' in text

    def test_lines_of_mixed_ends(self, guess):
        """Are read all the same."""
        assert "of 4 rows" in guess(INCIDENTS.replace("08:00\n", "08:00\r\n", 1))

    def test_times_with_offset(self, guess):
        """Need no zone; some with and some without do."""
        lines = [
            json.dumps({"ticket_id": n, "status": "open", "created_at": f"2026-01-0{n}T09:00:00Z"}) for n in (1, 2)
        ]
        text = guess("\n".join(lines), "log.jsonl")
        assert 'format = "jsonl"' in text
        assert "2 of 2 say it.\n# So none is needed." in text
        assert ["log.begins", "time.format", "words.status.open"] == questions(text)
        text = guess("\n".join((*lines, lines[0].replace("Z", ""))), "log.jsonl")
        assert "2 of 3 say it." in text
        assert "log.zone" in questions(text)

    def test_seconds_since_1970(self, guess):
        """Are in UTC; small numbers are none."""
        text = guess("case,status,ts,size\na,open,1767603600,12\na,closed,1767603700,99\n")
        assert '#     "epoch_s": 2' in text
        assert "log.zone" not in questions(text)
        text = guess("case,status,ts\na,open,1767603600000\n")
        assert '"epoch_ms": 1' in text
        assert '"epoch_s"' not in text

    def test_no_well_known_names(self, guess):
        """Then the columns are asked for."""
        text = guess("a,b\nx,y\n")
        assert ["log.begins", "log.zone", "time.column", "time.format", "columns.case", "columns.status"] == questions(
            text
        )
        assert "# No column has a well-known name. There are a, b" in text
        assert "[words.status]" not in text

    def test_times_under_another_name(self, guess):
        """A column of times is one, whatever it is called."""
        assert 'column = "when"' in guess("case,status,when\na,open,2026-01-05 09:00\n")

    def test_times_among_other_things(self, guess):
        """A column that holds times in a few rows is none of times."""
        rows = [f"a,open,2026-01-05 09:00,{'2026-01-05 09:00' if n < 4 else 'later'}" for n in range(10)]
        assert "Times are in" not in guess("\n".join(("case,status,at,due", *rows)))

    def test_several_columns_it_may_be(self, guess):
        """Are told."""
        text = guess("case_id,id,status,at,seq\nc1,1,open,2026-01-05 09:00,a\n")
        assert "# It may be id, too." in text
        assert 'order = ["seq:text"]' in text

    def test_many_words(self, guess):
        """Are counted, because that is no column of statuses."""
        text = guess("case,status,at\n" + "".join(f"a,word {n:03},2026-01-05 09:00\n" for n in range(MOST_WORDS + 5)))
        assert "# ... and 5 words more, in 5 rows: is this the column of the status?" in text
        assert MOST_WORDS == len(re.findall('^"word', text, re.MULTILINE))

    def test_odd_words(self, guess):
        """Words that TOML has to quote, long ones, and none."""
        text = guess(f'case,status,at\na,"say ""hi""\\ \x7f\n{"x" * 50}",2026-01-05 09:00\n,,2026-01-05 09:01\n')
        assert f'words.status."say \\"hi\\"\\\\ \\u007f\\n{"x" * 50}"' in questions(text)
        assert f"{'x' * 20}..." in text
        text = guess("case,status,at\na,,2026-01-05 09:00\n")
        assert "begin with: (nothing) 1" in text
        assert "# status: 0 different, 100 % empty\n" in text

    def test_xes(self, guess):
        """With the names that every such log has."""
        name, at = '<string key="concept:name" value="1"/>', '<date key="time:timestamp" value="2026-01-05T09:00:00Z"/>'
        text = guess(f"<log><trace>{name}<event>{name}{at}</event></trace></log>", "log.xes")
        assert 'case = "case:concept:name"' in text
        assert 'status = "concept:name"' in text
        assert 'format = "xes"' in text

    def test_tables(self):
        """What a program has."""
        frame = pl.DataFrame({"case": ["a"], "status": ["open"], "at": ["2026-01-05 09:00"]})
        text = guess_map(frame)
        assert 'format = "table"' in text
        answers = {"begins": "cut", "zone": "UTC", "format": "iso", '"open"': "open"}
        for key, answer in answers.items():
            text = text.replace(f'{key} = "{ASK}"', f'{key} = "{answer}"')
        assert Columns(("case",)) == LogMap.loads(text).columns["case"]

    def test_cannot(self, guess, tmp_path):
        """A file that says nothing of itself, and one without rows."""
        with pytest.raises(AuditError, match="does not say by its name as what it is stored"):
            guess("x", "log.dat")
        with pytest.raises(AuditError, match="has no rows"):
            guess("case,status\n")
        with pytest.raises(AuditError, match="does not exist"):
            guess_map([tmp_path / "nowhere.csv"])
        (tmp_path / "log.parquet").write_text("no")
        with pytest.raises(AuditError, match="cannot be read"):
            guess_map(tmp_path / "log.parquet")

    def test_no_columns(self, guess):
        """There is nothing to be said."""
        with pytest.raises(AuditError, match="has no rows"):
            guess("<log/>", "log.xes")
