"""Whether a text asks for an answer: then it should not come from a name, which nobody can answer."""

import re

_ASKING = re.compile(
    r"(?P<refusing>(?:do\s+not|do\s*n[’']?t|can\s*not|can[’']?t|not|never|no|unable\s+to)[\s-]+(?:\w+\s+){0,2})?"
    r"\b(?:reply|respond|text\s+(?:us\s+)?back|answer\s+this|text\s+(?:YES|NO|STOP|Y|N)\b(?!\s+to\s+\+?\d))",
    re.IGNORECASE,
)


def asks_for_answer(content: str) -> bool:
    """ "Reply to change it" does; "please do not reply" and "text YES to 60777" do not."""
    return any(not found["refusing"] for found in _ASKING.finditer(content))
