"""A program of its own that reads one sheet of a workbook: `python -m webapp.services.imports.sheet_reader`.

The library that reads spreadsheets ends the whole process at some hostile files, so it runs in a child with
limits on memory and time, imports nothing else of ours, and says what it read in lines of JSON (`protocol`).
"""
