"""Random texts as the segment rules meet them: long runs of mixed alphabets that end near a boundary."""

from hypothesis import strategies as st

from webapp.messaging.alphabet import BASIC_CHARACTERS, EXTENSION_CHARACTERS

gsm_characters = st.sampled_from(sorted(BASIC_CHARACTERS)) | st.sampled_from(sorted(EXTENSION_CHARACTERS))
foreign_characters = (
    st.sampled_from("’“”–…\u00a0\t`çêŁœ½²°·•×🙂👍中шаﬁＡ\u200b\u200d\u0301\u0336\ufe0f\u202a")
    | st.characters(exclude_characters="\x1b")
    | st.sampled_from(["👨‍👩‍👧", "👍🏽", "🇬🇧", "1️⃣", "❤️", "e\u0301", "ê\u0301", "x\u200b\u0301"])
)


def _texts(characters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    runs = st.lists(st.tuples(characters, st.integers(1, 160)), max_size=8)
    return st.text() | runs.map(lambda pairs: "".join(text * times for text, times in pairs))


gsm_texts = _texts(gsm_characters)
mixed_texts = _texts(gsm_characters | foreign_characters).map(lambda text: text.replace("\x1b", ""))
