"""The rules of text messages: encoding, segments, numbers, senders, times, statuses. No I/O, no clock."""
