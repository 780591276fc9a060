-- Deletes the entries of events: $1 their numbers.
delete from {ledger}.search_entry as s where s.seq = any ($1)
