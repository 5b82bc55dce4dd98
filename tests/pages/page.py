"""Reading a page as a test does: every page read here must also keep the laws that hold for all pages."""

from collections import Counter

from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "form", "popovertarget")


class ReadPage:
    """A parsed answer. `text` is what a person reads; `form(id)` gives a form's fields as they stand."""

    def __init__(self, response: TestResponse, *, whole: bool = True) -> None:
        self.response = response
        self.status = response.status_code
        self.soup = BeautifulSoup(response.text, "html.parser")
        self.text = " ".join(self.soup.get_text(" ").split())
        _check_laws(self.soup, whole=whole)

    def errors(self) -> list[str]:
        """What stands beside fields."""
        return [" ".join(each.get_text(" ").split()) for each in self.soup.select(".field-error")]

    def alerts(self) -> list[str]:
        return [" ".join(each.get_text(" ").split()) for each in self.soup.select(".alert")]

    def value(self, name: str) -> str:
        """What stands in a field."""
        field = self.soup.select_one(f'[name="{name}"]')
        assert field is not None, f"no field {name}"
        if field.name == "textarea":
            return field.get_text().removeprefix("\r\n").removeprefix("\n")
        return str(field.get("value", ""))

    def buttons(self) -> list[str]:
        return [" ".join(each.get_text(" ").split()) for each in self.soup.select("button, a.btn")]


def _check_laws(soup: BeautifulSoup, *, whole: bool) -> None:
    ids = Counter(str(each["id"]) for each in soup.select("[id]"))
    assert [name for name, count in ids.items() if count > 1] == [], "an id stands twice"
    assert soup.select("[style], script:not([src]), style") == [], "inline style or script"
    for form in soup.select("form"):
        assert form.get("action"), "a form without an action"
        assert form.get("method", "get").lower() != "post" or form.select_one("[name=csrf_token]")
    if whole:
        assert len(soup.select("h1")) == 1, "not one h1"
        for attribute in REFERENCES:
            for element in soup.select(f"[{attribute}]"):
                for name in str(element[attribute]).split():
                    assert name in ids, f"{attribute} points at {name}, which is not there"
