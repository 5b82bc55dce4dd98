import csv
import io
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.batch_steps import PERSONAL, a_confirmed_list
from webapp.worker import Worker

TimePasses = Callable[[], None]
LIST = (
    "name,mobile,note\n"
    "Ada,07400123456,=1+1\n"
    "Sam,07400 123490,@SUM(1)\n"
    "Landline,0161 496 0000,-2+3\n"
    "Ada,07400 123456,+447400123456\n"
)
COLUMNS = [
    *("name", "mobile", "note", "Number", "Status", "Reason", "Segments", "Credits (estimate)"),
    *("Handed over", "Handed over (UTC)"),
]


def result(client: FlaskClient, url: str) -> tuple[list[str], list[list[str]]]:
    answer = client.get(f"{url}/result.csv")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    header, *rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    return header, rows


def test_the_result_has_a_line_for_every_row_of_the_list(
    vic: FlaskClient, sam: FlaskClient, batch_time: TimePasses
) -> None:
    url = a_confirmed_list(sam, LIST, PERSONAL)
    batch_time()
    header, rows = result(vic, url)
    assert header == COLUMNS
    assert [(row[0], row[3], row[4], row[6], row[7]) for row in rows] == [
        ("Ada", "+44 7400 123456", "Delivered", "1", "1"),
        ("Sam", "+44 7400 123490", "Not delivered", "1", "0"),
        ("Landline", "", "Left out", "", ""),
        ("Ada", "+44 7400 123456", "Left out", "", ""),
    ]
    assert "does not exist" in rows[1][5]
    assert "row 2" in rows[3][5]


def test_the_result_says_when_each_text_was_handed_over_here_and_in_utc(
    sam: FlaskClient, batch_time: TimePasses, db: Database
) -> None:
    url = a_confirmed_list(sam, LIST)
    assert {tuple(row[8:]) for row in result(sam, url)[1]} == {("", "")}
    batch_time()
    (at,) = db.execute("SELECT in_flight_at FROM outbox").fetchone()
    there = datetime.fromisoformat(at)
    here = there.astimezone(ZoneInfo("Europe/London"))
    times = [f"{here:%Y-%m-%d %H:%M:%S}", f"{there:%Y-%m-%d %H:%M:%S}"]
    assert [row[8:] for row in result(sam, url)[1]] == [times, times, ["", ""], ["", ""]]


def test_what_a_stranger_wrote_does_not_run_in_a_spreadsheet(sam: FlaskClient) -> None:
    _, rows = result(sam, a_confirmed_list(sam, LIST))
    assert [row[2] for row in rows] == ["'=1+1", "'@SUM(1)", "'-2+3", '="+447400123456"']
    assert rows[0][1] == '="07400123456"'


def test_the_result_of_a_stopped_batch_says_not_sent(sam: FlaskClient, worker: Worker, db: Database) -> None:
    url = a_confirmed_list(sam, 2)
    assert [row[3] for row in result(sam, url)[1]] == ["Waiting to go", "Waiting to go"]
    sam.post(f"{url}/stop")
    assert [row[3:6] for row in result(sam, url)[1]] == [
        ["Not sent", "Stopped before it was sent. Nothing was charged.", "1"]
    ] * 2


def test_exporting_stands_in_the_audit_trail(vic: FlaskClient, sam: FlaskClient, db: Database) -> None:
    url = a_confirmed_list(sam, 2)
    result(vic, url)
    trail = [tuple(row) for row in db.execute("SELECT user_name, action FROM audit").fetchall()]
    assert ("vic", "exported the result of a batch") in trail
