"""Reading a page as a test does: every page read here must also keep the laws that hold for all pages."""

from collections import Counter
from functools import cached_property

from werkzeug.test import TestResponse

from tests.markup import Element, parse

REFERENCES = {"for", "aria-describedby", "aria-labelledby", "aria-controls", "form", "popovertarget"}


class ReadPage:
    """A parsed answer. `text` is what a person reads; `form(id)` gives a form's fields as they stand."""

    def __init__(self, response: TestResponse, *, whole: bool = True) -> None:
        self.response = response
        self.status = response.status_code
        self.soup = parse(response.text)
        _check_laws(self.soup, whole=whole)

    @cached_property
    def text(self) -> str:
        return " ".join(self.soup.get_text(" ").split())

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
            return field.get_text()
        return field.get("value")

    def ids(self) -> list[str]:
        """Of the elements of a fragment that stand in no other."""
        return [each.get("id") for each in self.soup.select("body > *")]

    def heading(self) -> str:
        return self._only("h1").get_text()

    def title(self) -> str:
        return self._only("title").get_text()

    def _only(self, name: str) -> Element:
        (found,) = self.soup.select(name)
        return found

    def buttons(self) -> list[str]:
        return [" ".join(each.get_text(" ").split()) for each in self.soup.select("button, a.btn")]


def _check_laws(soup: Element, *, whole: bool) -> None:
    # Once through the page: a selector for each law takes longer than to draw and parse it.
    elements = [(each, each.name, each.attrs) for each in soup.descendants()]
    ids = Counter(attrs["id"] for _, _, attrs in elements if "id" in attrs)
    assert [name for name, count in ids.items() if count > 1] == [], "an id stands twice"
    assert [name for _, name, attrs in elements if _is_inline(name, attrs)] == [], "inline style or script"
    for form in (each for each, name, _ in elements if name == "form"):
        assert form.get("action"), "a form without an action"
        is_post = form.get("method").lower() == "post"
        assert not is_post or form.select("[name=csrf_token]"), "a POST without the token"
    if whole:
        assert [name for _, name, _ in elements].count("h1") == 1, "not one h1"
        for _, _, attrs in elements:
            for attribute in REFERENCES & attrs.keys():
                for name in attrs[attribute].split():
                    assert name in ids, f"{attribute} points at {name}, which is not there"


def _is_inline(name: str, attrs: dict[str, str]) -> bool:
    return "style" in attrs or name == "style" or (name == "script" and "src" not in attrs)
