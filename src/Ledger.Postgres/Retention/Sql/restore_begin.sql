-- Begins to restore a stream: $1 the run of retention, $2 the stream, $3 the version of the first event, $4 the row of the stream. Result: the version that it has.
select {ledger}.restore_begin_v1($1, $2, $3, $4)
