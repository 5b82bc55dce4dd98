"""The table of mutations speaks of the code as it is."""

import pytest

from tests.mutations.table import MUTATIONS, Mutation
from webapp.config import ROOT


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.breaks)
def test_a_mutated_line_stands_once_in_its_file(mutation: Mutation) -> None:
    assert (ROOT / mutation.file).read_text().count(mutation.line) == 1
    assert (ROOT / mutation.tests).exists()
