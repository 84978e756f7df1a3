"""Queues and overrides compare words as people mean them: reasons, languages, tags; capitals and width do not count."""

import pytest

from casecore.channels import Channel
from casecore.kernel import SYSTEM
from casecore.policies import Policy, PolicyError
from casecore.policies.layers import Aspect, Layers, Match
from casecore.promises.in_force import InForce
from casecore.rooms.notes import AddTag, CaseTagged, CaseUntagged, RemoveTag
from casecore.testing.scenario import T0, at, given
from tests.searching import wrote

POLICY = Policy.loads("""
[queues.bills]
reasons = ["Billing", "Fatura ﬁnal", "ne’er paid"]

[queues.brazil]
languages = ["pt-BR"]
channels = ["chat"]

[queues.portuguese]
languages = ["pt", "ES_es"]

[queues.chinese]
languages = ["zh-Hant"]

[queues.best]
tags = ["VIP", "نامه‌ها"]

[queues.general]
fallback = true
""")


def queue(channel=Channel.SMS, reason=None, language=None, tags=()):
    """The queue that a case enters."""
    return POLICY.queue_for(channel, reason, language, frozenset(tags))


class TestQueues:
    """Which case enters which queue."""

    @pytest.mark.parametrize(
        ("reason", "expected"),
        [
            ("billing", "bills"),
            ("BILLING ", "bills"),
            ("fatura  final", "bills"),
            ("Ne'er Paid", "bills"),
            ("ＢＩＬＬＩＮＧ", "bills"),
            ("bill", "general"),
            (" ", "general"),
            (None, "general"),
        ],
    )
    def test_of_a_reason(self, reason, expected):
        """However the form writes it."""
        assert expected == queue(reason=reason)

    @pytest.mark.parametrize(
        ("language", "expected"),
        [
            ("pt", "portuguese"),
            ("PT-pt", "portuguese"),
            ("pt_BR", "portuguese"),
            ("es-ES", "portuguese"),
            ("es", "general"),
            ("zh-Hant-TW", "chinese"),
            ("zh", "general"),
            ("ptx", "general"),
            (" ", "general"),
            (None, "general"),
        ],
    )
    def test_of_a_language(self, language, expected):
        """A language is looked up: pt-BR is one of pt, and pt is none of pt-BR."""
        assert expected == queue(language=language)

    def test_of_the_nearest_language(self):
        """A queue for pt takes pt-BR where no queue that takes the case names it, whichever comes first."""
        turned = Policy.loads("""
[queues.portuguese]
languages = ["pt"]

[queues.brazil]
languages = ["pt-br"]

[queues.anyone]
reasons = ["billing"]

[queues.general]
fallback = true
""")
        asked = (("pt-BR", None), ("pt-PT", None), ("pt-BR-x-a", None), ("pt-PT", "billing"), ("fr", "billing"))
        expected = ["brazil", "portuguese", "brazil", "portuguese", "anyone"]
        assert expected == [turned.queue_for(Channel.CHAT, reason, language) for language, reason in asked]
        assert "brazil" == queue(Channel.CHAT, language="PT_br")

    @pytest.mark.parametrize(
        ("tag", "expected"),
        [("vip", "best"), ("Vip", "best"), ("نامهها", "best"), ("v ip", "general"), ("", "general")],
    )
    def test_of_a_tag(self, tag, expected):
        """Whoever wrote it, with a joiner or without."""
        assert expected == queue(tags=filter(None, [tag]))

    def test_at_the_desk(self):
        """The case keeps the words as they were said; a blank one was not said."""
        story = given(
            wrote(at(0), "t1", "m1", new_case="a", reason="BILLING", tags=frozenset({"Late", "late"})),
            wrote(at(1), "t2", "m2", new_case="b", reason=" \u200b", language="\u3164"),
            policy=POLICY,
        )
        first, second = (story.desk.cases[case].case for case in "ab")
        assert ("bills", "BILLING", {"Late"}) == (first.queue, first.reason, first.tags)
        assert ("general", None, None) == (second.queue, second.reason, second.language)


class TestMistakes:
    """Two words that are the same are a mistake, at the place of the second."""

    @pytest.mark.parametrize(
        ("line", "told"),
        [
            (
                'reasons = ["billing", "Billing"]',
                ("queues.q.reasons[1]: 'Billing' is the same word as 'billing'", "3:23"),
            ),
            ('languages = ["pt-BR", "en", "pt_br"]', ("queues.q.languages[2]: 'pt_br' is the same word", "3:29")),
            ('tags = ["a", "VIP", "ＶＩＰ"]', ("queues.q.tags[2]: 'ＶＩＰ' is the same word as 'VIP'", "3:21")),
            ('reasons = ["a", "a"]', ("queues.q.reasons[1]: 'a' stands there twice", "3:17")),
            ('reasons = ["a", " "]', ("queues.q.reasons[1]: ' ' does not fit", "3:17")),
        ],
    )
    def test_in_a_queue(self, line, told):
        """Reasons, languages and tags."""
        with pytest.raises(PolicyError) as caught:
            Policy.loads(f"[queues.q]\nfallback = true\n{line}\n[queues.general]\nfallback = false", "sop.toml")
        problem, place = told
        assert problem in str(caught.value)
        assert f"sop.toml:{place}" in str(caught.value)

    def test_in_an_override(self):
        """The tags that an override names."""
        text = '[[override]]\nmatch = { tag = ["vip", "VIP"] }\nset = { "tags.limit" = 7 }'
        with pytest.raises(PolicyError, match="'VIP' is the same word as 'vip'"):
            Policy.loads(text)

    def test_a_tag_that_cannot_be_seen(self):
        """A blank tag is told to say something; one that is too long, how long it is."""
        for tag, remedy in ((" ", "write something that can be seen"), ("x" * 201, "it has 201 characters")):
            with pytest.raises(PolicyError, match=remedy):
                Policy.loads(f'[queues.general]\nfallback = true\ntags = ["{tag}"]')

    def test_a_tie_of_tags_written_otherwise(self):
        """Two overrides for one tag, whose capitals differ, decide of the same cases."""
        with pytest.raises(PolicyError, match="a case tagged VIP matches two overrides that are equally specific"):
            Policy.loads("""
[[override]]
match = { tag = "vip" }
set = { "tags.limit" = 7 }

[[override]]
match = { tag = "VIP" }
set = { "tags.limit" = 8 }
""")


OVERRIDDEN = Policy.loads('[[override]]\nmatch = { tag = "VIP" }\nset = { "tags.limit" = 7 }')


class TestOverrides:
    """An override for a tag holds however the tag is written; the witnesses read the same by themselves."""

    @pytest.mark.parametrize(
        ("tags", "limit"), [({"vip"}, 7), ({"ＶＩＰ", "x"}, 7), ({"V\u00adIP"}, 7), ({"vi p"}, 20), (set(), 20)]
    )
    def test_in_force(self, tags, limit):
        """House and witness agree."""
        case = Aspect(tags=frozenset(tags))
        assert limit == OVERRIDDEN.for_(case).tags.limit == InForce(OVERRIDDEN, case)("tags.limit")

    def test_cases_that_are_alike_in_it(self):
        """What an override looks at of a case is the tag as the policy writes it."""
        layers = Layers(OVERRIDDEN)
        assert {"VIP"} == layers.aspect(Aspect(tags=frozenset({"vip", "other"}))).tags
        assert {"VIP"} == Match(tag=("VIP",)).meets(Match(tag=("vip",))).tags


class TestTags:
    """A tag is on a case once, however it is written."""

    START = wrote(at(0), "t1", "m1", new_case="a", tags=frozenset({"VIP"}))

    def test_there_already(self):
        """Adding it in other letters adds nothing; what is another tag is added."""
        story = given(self.START, policy=POLICY)
        story.when(AddTag(SYSTEM, at(1), "a", "vip")).then()
        story.when(AddTag(SYSTEM, at(1), "a", "vip2")).then(CaseTagged(SYSTEM, at(1), "a", "vip2"))

    def test_taken_away(self):
        """Taking it away in other letters takes the one that is there."""
        story = given(self.START, policy=POLICY)
        story.when(RemoveTag(SYSTEM, at(1), "a", "vip")).then(CaseUntagged(SYSTEM, at(1), "a", "VIP"))
        story.when(RemoveTag(SYSTEM, at(1), "a", "VIP")).then(CaseUntagged(SYSTEM, at(1), "a", "VIP"))
        story.when(RemoveTag(SYSTEM, at(1), "a", "vip2")).then()
        assert T0 == story.desk.cases["a"].case.waiting_since
