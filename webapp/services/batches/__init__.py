"""A list in, the right people texted once, a report out.

* `lists`: reading a list into rows, judging them, correcting one
* `texts`: counting what the text makes of each row
* `sending`: confirm, pause, resume, stop, cancel; `calls` builds what the provider is asked
* `following`: what became of the texts; `recognising`: what became of a call whose reply was lost
* `reports`: the figures of the pages, the result file
"""
