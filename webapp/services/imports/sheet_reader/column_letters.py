"""What a spreadsheet calls its columns; apart, since the reading program imports nothing else of ours."""


def column_letters(column: int) -> str:
    """Return what a spreadsheet calls the column at this index: 0 is A, 26 is AA."""
    letters = ""
    while column >= 0:
        column, letter = divmod(column, 26)
        letters = chr(ord("A") + letter) + letters
        column -= 1
    return letters
