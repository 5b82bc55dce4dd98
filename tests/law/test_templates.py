"""What must hold for every template."""

import re
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPRITE = ROOT / "static" / "icons" / "sprite.svg"
PYTHON = [path for path in (ROOT / "webapp").rglob("*.py") if "sandbox" not in path.parts]
ICON_IN_TEMPLATE = re.compile(r"""icon\(\s*"([\w-]+)"|icon_name="([\w-]+)"|ui\.empty\(\s*"([\w-]+)\"""")
INLINE = re.compile(r"\sstyle=|<script(?![^>]*\ssrc=)|<style|\son[a-z]+=|\|\s*safe\b")


def test_no_inline_style_script_or_handler_and_nothing_unescaped() -> None:
    assert [path.name for path in TEMPLATES if INLINE.search(path.read_text())] == []


def test_every_icon_named_in_a_template_exists() -> None:
    named = {
        name for path in TEMPLATES for found in ICON_IN_TEMPLATE.findall(path.read_text()) for name in found
    }
    assert named - {""} - _icons() == set()


def test_every_icon_named_by_a_status_or_a_timeline_exists() -> None:
    from webapp.messages.timeline import _CALL_EVENTS
    from webapp.messaging.status import _MEANINGS, _OUTBOX_MEANINGS

    named = {meaning.icon for table in (_MEANINGS, _OUTBOX_MEANINGS) for meaning in table.values()}
    named |= {icon for _, _, icon in _CALL_EVENTS.values()}
    assert named - _icons() == set()


def test_every_icon_of_the_menu_exists() -> None:
    from webapp.web.shell import AREAS

    assert {icon for _, _, icon, _ in AREAS} - _icons() == set()


def test_every_template_compiles(app: Flask) -> None:
    for path in TEMPLATES:
        app.jinja_env.get_template(str(path.relative_to(ROOT / "templates")))


def test_every_page_names_its_own_template() -> None:
    declared = set(
        re.findall(r'template: ClassVar\[str\] = "([^"]+)"', "".join(p.read_text() for p in PYTHON))
    )
    existing = {str(path.relative_to(ROOT / "templates")) for path in TEMPLATES if path.parent.name != "ui"}
    # What an area's pages stand in is declared by its pages.
    layouts = {name for name in existing if name.endswith("/base.html")}
    assert declared == existing - layouts


def test_a_page_with_a_plot_loads_the_styles_of_plots() -> None:
    pages = [path.read_text() for path in TEMPLATES]
    assert [page for page in pages if "ui.plot(" in page and "css/plots.css" not in page] == []


def _icons() -> set[str]:
    return set(re.findall(r'<symbol[^>]*id="([\w-]+)"', SPRITE.read_text()))
