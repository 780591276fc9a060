-- Ends a restoration: $1 the run of retention, $2 the stream, $3 the version of the first event, $4 the row of the stream, $5 the id of the event that says so.
select {ledger}.restore_end_v1($1, $2, $3, $4, $5)
