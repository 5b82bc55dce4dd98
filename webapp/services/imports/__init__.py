"""A file or a pasted list in, judged rows out; rows stream, memory does not grow with the file.

    with open_table(path, filename="clinic.xlsx", country="GB") as table:        # or open_pasted(text)
        guess = table.facts.guess                                # header row, names, number columns
        rules = Rules(
            number_column=guess.number_column, names=guess.names, template=compile_template(text),
            is_opted_out=opted_out.__contains__, price_of=price_of,
        )
        tally = Tally()
        for row in judge_rows(table.rows(), rules):
            tally.add(row)                                       # and store the row

* `table`: `open_table`, `open_pasted`, `Table` (`facts`, `rows(after=)`, `count_rows(after=)`), `TableFacts`
* `limits`: `FileRefused`, what every opening raises for a file that cannot be read, with words for staff
* `rows`: `SheetRow`; `formats`: `FileFormat`
* `columns`: `guess_columns`, `column_names` (also of a header row that staff chose), `ColumnGuess`
* `judging`: `Rules`, `judge_rows`, `judge_row` (one corrected row), `JudgedRow`, `Verdict`, `TakenBy`
* `tally`: `Tally`

All that can be wrong with a file as a whole is found when it is opened: reading and judging its rows
afterwards raises nothing. Placeholders are in `webapp.messaging.placeholders`.
"""
