"""Files for staff to download, streamed as pieces of text: `cells.csv_chunks`, `sample.sample_csv`."""
