-- Makes a stream read-only: $1 its name. Whether there is such a stream.
select {ledger}.archive_v1($1)
