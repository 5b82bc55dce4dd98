import pytest

from webapp.messaging.optout import DEFAULT_WORDS, is_opt_out, normalise_word, sounds_like_opt_out

WORDS = frozenset(map(normalise_word, DEFAULT_WORDS))

SPELLINGS = (
    "STOP",
    "stop",
    "Stop",
    "sToP",
    " STOP ",
    "STOP.",
    "STOP!",
    "stop!!!",
    "Stop,",
    '"STOP"',
    "'stop'",
    "“Stop”",
    "(stop)",
    "*STOP*",
    "-stop-",
    "S T O P",
    "s.t.o.p.",
    "STOP\n",
    "\r\nStop\r\n",
    "STOP\u00a0",
    "\u200bSTOP\u200b",
    "ＳＴＯＰ",
    "STOP 🛑",
    "stop 🙏🙏",
    "STOP STOP",
    "Stop. Stop.",
    "STOPALL",
    "stop all",
    "Stop All.",
    "STOP-ALL",
    "UNSUBSCRIBE",
    "unsubscribe",
    "Unsubscribe!",
    "un-subscribe",
    "CANCEL",
    "cancel.",
    "Cancel",
    "END",
    "end",
    "End.",
    "QUIT",
    "quit!",
    "Quit",
    "STOP, UNSUBSCRIBE",
    "_stop_",
    "stop;",
    "…stop",
    "Stop?",
    "¡STOP!",
)

INNOCENT = (
    "Please stop at the chemist on your way",
    "I can't stop thinking about what you said",
    "Where does the bus stop?",
    "Which bus stop do I get off at",
    "The bleeding won't stop, what shall I do",
    "Has it stopped raining there",
    "Do I stop taking the tablets before the test?",
    "Should I stop the antibiotics",
    "It will not stop hurting",
    "Non-stop coughing since Friday",
    "The nurse told me to stop smoking",
    "Pit stop then home",
    "stop press: she said yes",
    "Please cancel my appointment on Tuesday",
    "Cancel Tuesday please",
    "Can I cancel and rebook for next week?",
    "I need to cancel, my car broke down",
    "Sorry have to cancel 10.30",
    "Did you cancel my appointment?",
    "cancel it and give me Thursday",
    "I'd like to cancel tomorrow's visit",
    "The train is cancelled, I'll be late",
    "Cancelled by the hospital, not me",
    "At the end of the road, turn left",
    "Is it at the end of May?",
    "I'll be there by the end of the day",
    "The end house with the blue door",
    "That's the end of the prescription",
    "Can I come at the weekend",
    "My friend will bring me",
    "Please send the form again",
    "End of life care leaflet, thank you",
    "In the end we managed without",
    "I quit smoking three weeks ago!",
    "He quit his job so the address is old",
    "quite well thank you",
    "How do I subscribe to the newsletter",
    "Do not stop the repeat prescription",
    "Stop by any time, we are in",
    "Ending the tenancy: who do I speak to?",
    "Tell me when to stop fasting",
    "Yes",
    "",
    "🙂",
)

LOOSE = (
    "STOP please",
    "Please stop",
    "stop texting me",
    "Stop sending me texts!",
    "please take me off your list",
    "Remove me from this",
    "no more texts thanks",
    "I want to opt out",
    "opt-out",
    "Unsubscribe me please",
    "don't text me again",
    "I don’t want these texts any more",
    "do not contact me",
    "Stop messaging this number",
)


def test_there_are_forty_of_each() -> None:
    assert len(set(SPELLINGS)) >= 40
    assert len(set(INNOCENT)) >= 40


@pytest.mark.parametrize("content", SPELLINGS)
def test_a_word_alone_opts_out_however_it_is_written(content: str) -> None:
    assert is_opt_out(content, WORDS)


@pytest.mark.parametrize("content", [*INNOCENT, *LOOSE])
def test_a_sentence_that_only_contains_a_word_does_not(content: str) -> None:
    assert not is_opt_out(content, WORDS)


@pytest.mark.parametrize("content", LOOSE)
def test_a_looser_wish_is_put_to_a_person(content: str) -> None:
    assert sounds_like_opt_out(content)


@pytest.mark.parametrize(
    "content", ["Please cancel my appointment on Tuesday", "Where does the bus stop?", "", "Yes"]
)
def test_everyday_sentences_bother_nobody(content: str) -> None:
    assert not sounds_like_opt_out(content)


def test_an_organisation_may_have_words_of_its_own() -> None:
    assert is_opt_out("Arrêt !", {normalise_word("ARRÊT")})
    assert not is_opt_out("STOP", {normalise_word("ARRÊT")})


def test_ten_thousand_characters_are_read_at_once() -> None:
    assert not is_opt_out("stop " * 2000, WORDS)
    assert not is_opt_out("s" * 10_000, WORDS)
