from tests.dependency_audit import judge

SKIPPED = {"name": "wrapt", "skip_reason": "Dependency not found on PyPI"}
GOOD = {"name": "flask", "version": "3.1", "vulns": []}
WEAK = {"name": "jinja2", "version": "3.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.5"]}]}


def test_a_known_weakness_is_named_with_what_mends_it() -> None:
    verdict = judge({"dependencies": [GOOD, WEAK]})
    assert verdict.weaknesses == ("jinja2 3.0: PYSEC-1, mended in 3.1.5",)


def test_where_nothing_can_be_asked_nothing_is_claimed() -> None:
    verdict = judge({"dependencies": [SKIPPED]})
    assert verdict.weaknesses == ()
    assert "NOT CHECKED" in verdict.words()


def test_what_was_left_out_is_named() -> None:
    verdict = judge({"dependencies": [GOOD, SKIPPED]})
    assert verdict.words() == "1 packages checked, 0 known weaknesses.\nNot checked: wrapt."
