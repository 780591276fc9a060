-- Deletes the marks of streams: $1.
delete from {ledger}.run_mark as m where m.stream = any ($1)
