"""Elements of a page, parsed as browsers parse, by Lexbor: a parser in Python takes twenty times as long."""

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode


class Element:
    """An element and what is in it."""

    def __init__(self, node: LexborNode) -> None:
        self._node = node

    @property
    def name(self) -> str:
        return self._node.tag or ""

    @property
    def attrs(self) -> dict[str, str]:
        """One without a value, such as `hidden`, is there and empty."""
        return {name: value or "" for name, value in self._node.attributes.items()}

    def __getitem__(self, attribute: str) -> str:
        return self.attrs[attribute]

    def get(self, attribute: str, default: str = "") -> str:
        return self.attrs.get(attribute, default)

    def select(self, selector: str) -> list["Element"]:
        return [Element(node) for node in self._node.css(selector)]

    def select_one(self, selector: str) -> "Element | None":
        node = self._node.css_first(selector)
        return None if node is None else Element(node)

    def get_text(self, separator: str = "", *, strip: bool = False) -> str:
        return self._node.text(separator=separator, strip=strip)

    @property
    def text(self) -> str:
        return self.get_text()

    def __str__(self) -> str:
        return self._node.html or ""

    def descendants(self) -> Iterator["Element"]:
        return (Element(node) for node in self._node.traverse() if node is not self._node)

    def children(self) -> Iterator["Element | str"]:
        """Elements and the texts between them."""
        for node in self._node.iter(include_text=True):
            yield (node.text_content or "") if node.is_text_node else Element(node)


def parse(markup: str) -> Element:
    """A page, or a part of one as if it stood alone in a page."""
    root = LexborHTMLParser(markup).root
    assert root is not None, "nothing but space"
    return Element(root)


def as_browsers_read(text: str) -> str:
    """There is no character 0 in a page (HTML 13.2.3.5)."""
    return text.replace("\x00", "\ufffd")
