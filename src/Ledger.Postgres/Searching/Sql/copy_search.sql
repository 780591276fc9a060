-- Writes the keys of events.
copy {ledger}.search_entry (seq, keys) from stdin (format binary)
