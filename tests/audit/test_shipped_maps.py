"""The maps that ship, each on a small export as its vendor makes them: what the rows of that say."""

import json
from datetime import UTC, datetime

import pytest

from casecore.audit.errors import MapError
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.map_files import shipped_maps
from casecore.audit.logs.reading import read_log
from casecore.statuses import Status

TRIED = {"bpi", "chatwoot", "cxone", "freshdesk", "servicenow", "zammad", "zendesk"}


def at(text):
    """An instant in UTC."""
    return datetime.fromisoformat(f"{text}+00:00").astimezone(UTC)


def told(tmp_path, content, log_map, name="log"):
    """What the rows of a log tell, and the codes of what is odd about it, but what is left aside."""
    (tmp_path / name).write_text(content, "utf-8")
    log = read_log(tmp_path / name, log_map)
    rows = [(row.at, row.what, dict(row.told)) for row in log.rows()]
    return rows, sorted({str(kind.code) for kind in log.odd} - {"word.aside"})


def lines(*objects):
    """JSON objects, one a line."""
    return "".join(f"{json.dumps(one)}\n" for one in objects)


def test_each_is_tried():
    """Each map that ships has its test here."""
    assert TRIED == {*shipped_maps()}


def test_servicenow(tmp_path):
    """Its questions are answered in a map of one's own, which may say other words, too."""
    with pytest.raises(MapError) as caught:
        LogMap.load("servicenow")
    assert ["log.zone", "time.format"] == [problem.path for problem in caught.value.problems]
    assert all('with extends = "servicenow": ' in problem.remedy for problem in caught.value.problems)
    mine = LogMap.loads(
        'extends = "servicenow"\n[log]\nzone = "Europe/Rome"\n[time]\ncolumn = "sys_updated_at"\n'
        'format = "%d/%m/%Y %H:%M"\n[words.status]\n"Awaiting Parts" = "pending"\n"-100" = "?"\n'
    )
    content = (
        "number,state,sys_updated_at,sys_mod_count,sys_updated_by,assigned_to,assignment_group\n"
        "INC1,New,2/3/2026 09:00,0,guest,?,Desk\n"
        "INC1,Active,2/3/2026 09:05,2,ana,ana,Desk\n"
        "INC1,Active,2/3/2026 09:05,1,ana,?,Desk\n"
        "INC1,Awaiting Parts,2/3/2026 10:00,10,ana,ana,Field\n"
        "INC1,-100,2/3/2026 10:00,9,ana,ana,Field\n"
        "INC1,Closed,3/3/2026 10:00,11,,ana,Field\n"
    )
    same = {"case": "INC1"}
    assert (
        [
            (at("2026-03-02T08:00"), "status", {**same, "status": Status.NEW, "by": "guest", "queue": "Desk"}),
            (at("2026-03-02T08:05"), "status", {**same, "status": Status.OPEN, "by": "ana", "queue": "Desk"}),
            (at("2026-03-02T09:00"), "status", {**same, "by": "ana", "queue": "Field"}),
            (at("2026-03-02T09:00"), "status", {**same, "status": Status.PENDING, "by": "ana", "queue": "Field"}),
            (at("2026-03-03T09:00"), "status", {**same, "status": Status.CLOSED, "by": "ana", "queue": "Field"}),
        ],
        ["column.other", "status.repeated", "time.tie", "word.untold"],
    ) == told(tmp_path, content, mine)


def test_cxone(tmp_path):
    """Whichever name the case has in an event, and whether there is a context or an empty list."""
    case = {"id": "7", "status": "new", "routingQueueId": "q1"}
    content = lines(
        {"eventType": "CaseCreated", "createdAt": "2026-03-02T08:00:00+00:00", "data": {"case": case}, "context": []},
        {
            "eventType": "MessageCreated",
            "createdAt": "2026-03-02T09:00:00+01:00",
            "createdAtWithMilliseconds": "2026-03-02T09:00:00.250+01:00",
            "data": {"case": case, "thread": {"id": "t1"}, "message": {"id": "m1", "direction": "inbound"}},
        },
        {
            "eventType": "CaseInboxAssigneeChanged",
            "createdAt": "2026-03-02T08:01:00+00:00",
            "data": {"contact": case, "inboxAssignee": {"id": 12}},
        },
        {
            "eventType": "MessageCreated",
            "createdAt": "2026-03-02T08:02:00+00:00",
            "data": {"contact": case, "message": {"id": "m2", "direction": "outbound", "authorUser": {"id": 12}}},
        },
        {
            "eventType": "CaseStatusChanged",
            "createdAt": "2026-03-02T08:02:01+00:00",
            "data": {"case": {**case, "status": "resolved"}, "inboxAssignee": {"id": 12}},
            "context": {"initiator": {"type": "user", "id": "12"}},
        },
        {
            "eventType": "CaseStatusChanged",
            "createdAt": "2026-03-02T09:02:01+00:00",
            "data": {"case": {**case, "status": "trashed"}},
            "context": {"initiator": {"type": "workflowJob"}},
        },
    )
    same = {"case": "7", "queue": "q1"}
    assert (
        [
            (at("2026-03-02T08:00"), "status", {**same, "status": Status.NEW}),
            (at("2026-03-02T08:00:00.250"), "ReceiveMessage", {"by": "customer", "message": "m1", "thread": "t1"}),
            (at("2026-03-02T08:02"), "SendReply", {"case": "7", "by": "12", "message": "m2"}),
            (at("2026-03-02T08:02:01"), "status", {**same, "status": Status.RESOLVED, "by": "12", "agent": "12"}),
            (at("2026-03-02T09:02:01"), "status", {**same, "status": Status.CLOSED}),
        ],
        ["column.none", "column.other"],
    ) == told(tmp_path, content, LogMap.load("cxone"))


def test_zendesk(tmp_path):
    """Each event of an audit is a row."""
    content = lines(
        {
            "id": 1,
            "ticket_id": 35,
            "created_at": "2026-03-02T08:00:00Z",
            "author_id": 501,
            "events": [
                {"id": 12, "type": "Create", "field_name": "status", "value": "new"},
                {"id": 11, "type": "Comment", "public": True, "author_id": 501, "body": "help"},
                {"id": 13, "type": "Notification", "via": {"channel": "rule"}},
            ],
        },
        {
            "id": 2,
            "ticket_id": 35,
            "created_at": "2026-03-02T09:00:00Z",
            "author_id": 77,
            "events": [
                {"id": 22, "type": "Change", "field_name": "status", "value": "hold", "previous_value": "new"},
                {"id": 21, "type": "Comment", "public": False, "body": "asked the plant"},
                {"id": 23, "type": "Change", "field_name": "assignee_id", "value": "77", "previous_value": None},
            ],
        },
        {
            "id": 3,
            "ticket_id": 35,
            "created_at": "2026-03-06T09:00:00Z",
            "author_id": -1,
            "events": [{"id": 31, "type": "Change", "field_name": "status", "value": "closed"}],
        },
    )
    assert (
        [
            (at("2026-03-02T08:00"), "status", {"case": "35", "status": Status.NEW, "by": "501"}),
            (at("2026-03-02T09:00"), "AddNote", {"case": "35", "by": "77", "note": "21"}),
            (at("2026-03-02T09:00"), "status", {"case": "35", "status": Status.ESCALATED, "by": "77"}),
            (at("2026-03-06T09:00"), "status", {"case": "35", "status": Status.CLOSED, "by": "system"}),
        ],
        ["time.tie"],
    ) == told(tmp_path, content, LogMap.load("zendesk"))


def test_chatwoot(tmp_path):
    """What its query writes."""
    content = (
        "what,conversation_id,created_at,message_id,sender\n"
        "conversation_created,9,2026-03-02 08:00:00,,contact\n"
        "message 0,9,2026-03-02 08:00:00.5,100,contact\n"
        "message 2,9,2026-03-02 08:01:00,101,\n"
        "conversation_opened,9,2026-03-02 08:01:00,,user 3\n"
        "message 1 private,9,2026-03-02 08:02:00,102,user 3\n"
        "message 1,9,2026-03-02 08:03:00,103,user 3\n"
        "conversation_resolved,9,2026-03-02 08:04:00,,user 3\n"
    )
    rows, odd = told(tmp_path, content, LogMap.load("chatwoot"))
    same = {"case": "9", "by": "user 3"}
    assert [
        (at("2026-03-02T08:00"), "status", {"case": "9", "status": Status.NEW, "by": "customer"}),
        (at("2026-03-02T08:00:00.5"), "ReceiveMessage", {"by": "customer", "message": "100"}),
        (at("2026-03-02T08:01"), "status", {**same, "status": Status.OPEN}),
        (at("2026-03-02T08:02"), "AddNote", {**same, "note": "102"}),
        (at("2026-03-02T08:03"), "SendReply", {**same, "message": "103"}),
        (at("2026-03-02T08:04"), "status", {**same, "status": Status.RESOLVED}),
    ] == rows
    assert ["column.none"] == odd


def test_zammad(tmp_path):
    """Each entry of a history is a row; those of articles name the ticket beside."""

    def entry(number, what, attribute, value, when, by):
        kind, _, happened = what.partition(" ")
        ours = {"o_id": 5} if kind == "Ticket" else {"o_id": 90, "related_o_id": 5}
        more = {"attribute": attribute, "value_to": value} if attribute else {}
        stamp = f"2026-03-02T{when}:00.000Z"
        return {
            "id": number,
            "object": kind,
            "type": happened,
            "created_at": stamp,
            "created_by_id": by,
            **ours,
            **more,
        }

    content = lines(
        {
            "history": [
                entry(1, "Ticket created", "", "", "08:00", 42),
                entry(2, "Ticket::Article created", "", "", "08:00", 42),
                entry(4, "Ticket updated", "owner", "Ana", "08:10", 3),
                entry(3, "Ticket updated", "state", "open", "08:10", 3),
                entry(5, "Ticket updated", "state", "pending reminder", "09:00", 3),
                entry(6, "Ticket updated", "state", "closed", "10:00", 1),
            ]
        }
    )
    assert (
        [
            (at("2026-03-02T08:00"), "status", {"case": "5", "status": Status.NEW, "by": "42"}),
            (at("2026-03-02T08:10"), "status", {"case": "5", "status": Status.OPEN, "by": "3"}),
            (at("2026-03-02T09:00"), "status", {"case": "5", "status": Status.PENDING, "by": "3"}),
            (at("2026-03-02T10:00"), "status", {"case": "5", "status": Status.CLOSED, "by": "system"}),
        ],
        ["column.other"],
    ) == told(tmp_path, content, LogMap.load("zammad"))


def test_freshdesk(tmp_path):
    """An activity that does not change the status is left aside; a file that is no object is counted."""
    content = json.dumps(
        {
            "activities_data": [
                {
                    "performed_at": "02-03-2026 09:00:00 +0100",
                    "ticket_id": 4,
                    "performer_type": "user",
                    "performer_id": 149,
                    "activity": {"status": "Open", "source": 2},
                },
                {
                    "performed_at": "02-03-2026 08:30:00 +0000",
                    "ticket_id": 4,
                    "performer_type": "user",
                    "performer_id": 7,
                    "activity": {"note": {"id": 2}},
                },
                {
                    "performed_at": "02-03-2026 08:40:00 +0000",
                    "ticket_id": 4,
                    "performer_type": "user",
                    "performer_id": 7,
                    "activity": {"status": "Waiting on Third Party"},
                },
            ]
        }
    )
    assert (
        [
            (at("2026-03-02T08:00"), "status", {"case": "4", "status": Status.OPEN, "by": "149"}),
            (at("2026-03-02T08:40"), "status", {"case": "4", "status": Status.ESCALATED, "by": "7"}),
        ],
        ["case.mid_life", "row.fields"],
    ) == told(tmp_path, f"{content}\nnonsense\n", LogMap.load("freshdesk"))


def test_bpi(tmp_path):
    """Two attributes are one status."""

    def event(name, transition, when):
        return (
            f'<event><string key="concept:name" value="{name}"/>'
            f'<string key="lifecycle:transition" value="{transition}"/>'
            f'<date key="time:timestamp" value="2026-03-02T{when}:00+01:00"/><string key="org:resource" value="Ana"/>'
            '<string key="org:group" value="V5 3rd"/></event>'
        )

    events = (
        ("Accepted", "In Progress", "09:00"),
        ("Accepted", "In Progress", "09:10"),
        ("Queued", "Awaiting Assignment", "09:20"),
        ("Accepted", "Wait - User", "09:30"),
        ("Completed", "In Call", "09:40"),
        ("Unmatched", "Unmatched", "09:50"),
    )
    content = (
        '<log><trace><string key="concept:name" value="1-364"/>'
        + "".join(event(*one) for one in events)
        + "</trace></log>"
    )
    rows, odd = told(tmp_path, content, LogMap.load("bpi"))
    same = {"case": "1-364", "by": "Ana", "queue": "V5 3rd"}
    assert [
        (at("2026-03-02T08:00"), "status", {**same, "status": Status.OPEN}),
        (at("2026-03-02T08:20"), "status", {**same, "status": Status.ESCALATED}),
        (at("2026-03-02T08:30"), "status", {**same, "status": Status.PENDING}),
        (at("2026-03-02T08:40"), "status", {**same, "status": Status.RESOLVED}),
        (at("2026-03-02T08:50"), "status", same),
    ] == rows
    assert ["case.mid_life", "status.repeated", "word.untold"] == odd
