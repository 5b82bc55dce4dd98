import pytest
from flask.testing import FlaskClient

from tests.markup import as_browsers_read
from tests.pages.conftest import Compose, form_data
from tests.pages.page import ReadPage
from webapp.sandbox import Sandbox

CURLY = "It\u2019s on Tuesday\u2026"


def test_compose_offers_the_senders_and_says_which_can_be_replied_to(sam: FlaskClient) -> None:
    page = ReadPage(sam.get("/compose/new"))
    options = [option.get_text() for option in page.soup.select("#sender option")]
    assert options == ["ElmStreet (cannot be replied to)", "+44 7400 123400 (can be replied to)"]


def test_the_phone_shows_the_sender_that_is_chosen_at_first(sam: FlaskClient) -> None:
    page = ReadPage(sam.get("/compose/new"))
    assert [head.get_text() for head in page.soup.select(".phone-head")] == ["ElmStreet"]


def test_compose_says_where_a_text_is_counted_if_nothing_counts_it_here(sam: FlaskClient) -> None:
    page = ReadPage(sam.get("/compose/new"))
    words = page.soup.select_one("noscript")
    assert words is not None
    assert words.get_text() == "What is written now is counted on the next page, before anything goes."
    assert "Nothing written yet." in page.text


def test_compose_leads_to_the_check_page(compose: Compose) -> None:
    response = compose()
    assert response.status_code == 302
    assert response.location.endswith("/check")


def test_compose_takes_its_own_form_as_a_browser_posts_it(sam: FlaskClient) -> None:
    form = ReadPage(sam.get("/compose/new")).soup.select_one("#compose_form")
    assert form is not None
    empty = {field["name"]: field.get("value", "") for field in form.select("input:not([type=radio])")}
    assert {"tag", "date", "validity_minutes", "ttl_minutes", "metadata-0-key"} <= set(empty)
    assert sam.post("/compose/new", data={**empty, **form_data(ai="")}).status_code == 302


def test_compose_sends_nothing_by_itself(compose: Compose, sandbox: Sandbox) -> None:
    compose()
    assert sandbox.accepted() == ()


REFUSED = (
    ({"recipients": ""}, "recipients", "Enter a mobile number"),
    ({"recipients": "01865 123456"}, "recipients", "landline"),
    ({"recipients": "4474001234567890"}, "recipients", "16 digits"),
    ({"recipients": "\n".join(f"07400 {n:06}" for n in range(10_000))}, "recipients", "10,000 numbers"),
    ({"recipients": "<script>alert(1)</script>"}, "recipients", "letters"),
    ({"recipients": "07400 123456\x00"}, "recipients", "07400 123456"),
    ({"recipients": "07400 12345\ufffd"}, "recipients", "07400 12345"),
    ({"content": ""}, "content", "Write the text"),
    ({"content": " \n "}, "content", "Write the text"),
    ({"content": "x" * 1281}, "content", "1,281 characters"),
    ({"content": "a\x00b"}, "content", "cannot be sent"),
    ({"content": "half \ufffd"}, "content", "Character 6 arrived broken"),
    ({"sender": "TwelveLetter"}, "sender", "Choose one of those on the list"),
    ({"sender": "<script>"}, "sender", "Choose one of those on the list"),
    ({"when": "<script>"}, "when", "Choose one of those on the list"),
    ({"when": "later", "date": "2020-01-01", "time": "09:00"}, "date", "passed"),
    ({"when": "later", "date": "<script>", "time": "09:00"}, "date", "year-month-day"),
    ({"when": "later", "date": "", "time": ""}, "date", "Choose the day"),
    ({"when": "later", "date": "2026-11-01", "time": ""}, "time", "Choose the time"),
    ({"when": "later", "date": "2026-11-01", "time": "<script>"}, "date", "hours and minutes"),
    ({"tag": "x" * 281}, "tag", "280 characters"),
    ({"tag": "a\x00b"}, "tag", "cannot be used"),
    ({"tag": "half \ufffd"}, "tag", "cannot be used"),
    ({"validity_minutes": "2881"}, "validity_minutes", "1 to 2,880"),
    ({"validity_minutes": "<script>"}, "validity_minutes", "1 to 2,880"),
    ({"ttl_minutes": "0"}, "ttl_minutes", "whole minutes"),
    ({"response_emails": "<script>", "sender": "447400123400"}, "response_emails", "not an e-mail"),
    ({"response_emails": "a@example.org"}, "response_emails", "can be answered"),
    ({"ai": "<script>"}, "ai", "Choose one of those on the list"),
    ({"metadata-0-key": "textdesk-ref", "metadata-0-value": "1"}, "metadata-0-key", "own"),
    ({"metadata-0-value": "<script>"}, "metadata-0-key", "name"),
    ({"metadata-0-key": "k" * 101, "metadata-0-value": "1"}, "metadata-0-key", "100"),
)
MARKUP = "<script>alert(1)</script>"
TEXT_FIELDS = (
    "recipients",
    "content",
    "date",
    "time",
    "tag",
    "validity_minutes",
    "ttl_minutes",
    "response_emails",
)
PAIR_FIELDS = ("metadata-0-key", "metadata-0-value")
CHOICES = ("sender", "when", "ai", "fold", "intent")


@pytest.mark.parametrize(("typed", "field", "words"), REFUSED)
def test_compose_says_beside_the_field_what_is_wrong_and_keeps_what_was_typed(
    sam: FlaskClient, sandbox: Sandbox, typed: dict[str, str], field: str, words: str
) -> None:
    data = form_data(**typed)
    response = sam.post("/compose/new", data=data)
    page = ReadPage(response)
    assert page.status == 422
    described = page.soup.select_one(f'[name="{field}"][aria-invalid], fieldset:has([name="{field}"])')
    assert described is not None
    assert any(words.lower() in error.lower() for error in page.errors()), page.errors()
    assert page.soup.select_one(".summary") is not None
    if "<script>" in str(typed):
        assert "<script>a" not in response.text
        assert not page.soup.select("script:not([src])")
    assert sandbox.accepted() == ()
    if field not in ("when", "ai", "sender"):
        assert page.value(field).strip() == as_browsers_read(str(data.get(field, ""))).strip()


def test_compose_names_each_wrong_number_by_itself_and_in_the_order_of_the_page(
    sam: FlaskClient, compose: Compose
) -> None:
    page = ReadPage(
        compose(
            recipients="01865 123456\n07400 12345", content="", when="later", date="2020-01-01", time="09:00"
        )
    )
    listed = [item.get_text() for item in page.soup.select(".summary li")]
    assert [item.partition(":")[0] for item in listed[:2]] == ["01865 123456", "07400 12345"]
    assert len(listed) == 4
    beside = page.soup.select_one("#recipients-error br")
    assert beside is not None


@pytest.mark.parametrize("intent", ["preview", "recipients", "plain", "pick-0", "add-metadata"])
def test_what_is_wrong_breaks_nothing_while_it_is_typed(sam: FlaskClient, intent: str) -> None:
    for typed, _, _ in REFUSED:
        data = form_data(**typed, intent=intent)
        page = ReadPage(sam.post("/compose/new", data=data, headers={"HX-Request": "true"}), whole=False)
        assert page.status == 200, typed
        assert page.errors() == [] or "content" in typed, typed


def test_markup_in_every_field_is_text_and_nothing_is_lost(sam: FlaskClient, sandbox: Sandbox) -> None:
    typed = dict.fromkeys((*TEXT_FIELDS, *PAIR_FIELDS, *CHOICES), MARKUP)
    response = sam.post("/compose/new", data=typed)
    page = ReadPage(response)
    assert page.status == 422
    assert MARKUP not in response.text
    assert {name: page.value(name) for name in (*TEXT_FIELDS, *PAIR_FIELDS)} == dict.fromkeys(
        (*TEXT_FIELDS, *PAIR_FIELDS), MARKUP
    )
    assert sandbox.accepted() == ()


def test_markup_that_may_be_sent_is_shown_as_it_will_arrive(sam: FlaskClient, compose: Compose) -> None:
    typed = {"content": MARKUP, "tag": MARKUP, "metadata-0-key": MARKUP, "metadata-0-value": MARKUP}
    check = sam.get(compose(**typed).location)
    assert ReadPage(check).text.count(MARKUP) == 4
    assert MARKUP not in check.text


def test_a_mistake_in_an_edited_text_leaves_the_draft_as_it_was(sam: FlaskClient, compose: Compose) -> None:
    check = compose(content="As it was").location
    page = ReadPage(sam.post(check.replace("/check", "/edit"), data=form_data(content="x" * 1281)))
    assert (page.status, page.value("content")) == (422, "x" * 1281)
    assert "As it was" in ReadPage(sam.get(check)).text


@pytest.mark.parametrize("field", ["validity_minutes", "ttl_minutes"])
def test_what_is_wrong_is_said_once(compose: Compose, field: str) -> None:
    assert len(ReadPage(compose(**{field: "soon"})).errors()[0].split(". ")) == 1


def test_a_form_without_a_sender_is_told_once_to_choose_one(sam: FlaskClient) -> None:
    typed = {name: value for name, value in form_data().items() if name != "sender"}
    assert ReadPage(sam.post("/compose/new", data=typed)).errors() == ["Choose one of those on the list."]


def test_compose_keeps_every_other_field_when_one_is_wrong(compose: Compose) -> None:
    page = ReadPage(compose(recipients="01865 123456", content="Keep me", tag="spring"))
    assert (page.value("content"), page.value("tag")) == ("Keep me", "spring")


def test_a_form_of_two_megabytes_is_refused_in_words(sam: FlaskClient, sandbox: Sandbox) -> None:
    page = ReadPage(sam.post("/compose/new", data=form_data(content="x" * 2_000_000)))
    assert page.status == 413
    assert "too large" in page.text
    assert "Nothing was sent" in page.text
    assert sandbox.accepted() == ()


def test_compose_shows_how_each_number_was_understood(compose: Compose) -> None:
    page = ReadPage(compose(recipients="07400123456, +44 (0)7400 123457; 01865 123456", intent="preview"))
    chips = [" ".join(chip.get_text(" ").split()) for chip in page.soup.select(".chip")]
    assert "+44 7400 123456" in chips[0]
    assert "+44 7400 123457" in chips[1]
    assert "landline" in chips[2]


def test_compose_counts_and_names_what_costs_extra(compose: Compose) -> None:
    page = ReadPage(compose(content=CURLY + "x" * 80, intent="preview"))
    assert "UCS-2" in page.text
    assert "Curly apostrophe" in page.text or "curly apostrophe" in page.text
    assert "Use plain characters" in page.buttons()


def test_plain_characters_are_swapped_in_at_one_click(compose: Compose) -> None:
    page = ReadPage(compose(content=CURLY, intent="plain"))
    assert page.status == 200
    assert page.value("content") == "It's on Tuesday..."
    assert "GSM-7" in page.text


@pytest.mark.parametrize(
    ("intent", "focused"), [("plain", "use_plain"), ("pick-0", "date"), ("add-metadata", "metadata-3-key")]
)
def test_a_button_that_changes_what_is_typed_brings_the_reader_back_to_it(
    compose: Compose, intent: str, focused: str
) -> None:
    page = ReadPage(compose(content=CURLY, intent=intent))
    assert [each["id"] for each in page.soup.select("[autofocus]")] == [focused]
    assert page.soup.select_one("details:not([open]) [autofocus]") is None


def test_the_count_alone_is_answered_to_htmx(sam: FlaskClient) -> None:
    response = sam.post("/compose/new", data=form_data(intent="preview"), headers={"HX-Request": "true"})
    page = ReadPage(response, whole=False)
    assert page.ids() == ["compose_preview"]


@pytest.mark.usefixtures("october")
def test_a_quick_pick_fills_in_date_and_time(compose: Compose) -> None:
    page = ReadPage(compose(intent="pick-1"))
    assert (page.value("date"), page.value("time")) == ("2026-10-21", "09:00")
    assert page.soup.select_one('[name="when"][value="later"][checked]')


@pytest.mark.usefixtures("october")
def test_octobers_repeated_hour_is_asked_about(compose: Compose) -> None:
    page = ReadPage(compose(when="later", date="2026-10-25", time="01:30"))
    assert page.status == 422
    assert [radio["value"] for radio in page.soup.select('[name="fold"]')] == ["0", "1"]


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(("fold", "utc"), [("0", "2026-10-25 00:30"), ("1", "2026-10-25 01:30")])
def test_octobers_repeated_hour_is_taken_as_answered(
    sam: FlaskClient, compose: Compose, fold: str, utc: str
) -> None:
    response = compose(when="later", date="2026-10-25", time="01:30", fold=fold)
    assert response.status_code == 302
    assert utc in sam.get(response.location).text


@pytest.mark.usefixtures("october")
def test_marchs_missing_hour_is_refused(compose: Compose) -> None:
    page = ReadPage(compose(when="later", date="2027-03-28", time="01:30"))
    assert page.status == 422
    assert any("does not exist" in error for error in page.errors())


def test_a_text_left_unfinished_is_offered_again(sam: FlaskClient, compose: Compose) -> None:
    compose(content="Left behind")
    page = ReadPage(sam.get("/compose/new"))
    assert any("Left behind" in alert for alert in page.alerts())


def test_an_unfinished_text_can_be_discarded(sam: FlaskClient, compose: Compose) -> None:
    draft = compose(content="Left behind").location.split("/")[2]
    sam.post(f"/compose/{draft}/discard")
    assert "Left behind" not in sam.get("/compose/new").text


def test_without_a_sender_compose_says_who_can_add_one(ada: FlaskClient, sam: FlaskClient) -> None:
    for sender in ("ElmStreet", "447400123400"):
        ada.post("/account/senders/remove", data={"sender": sender})
    page = ReadPage(sam.post("/compose/new", data=form_data(sender="")))
    assert page.status == 422
    assert any("administrator" in error for error in page.errors())
