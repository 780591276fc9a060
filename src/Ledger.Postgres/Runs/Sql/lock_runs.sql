-- Locks what a transaction writes summaries of, before it reads them: $1 the streams.
select {ledger}.lock_runs_v1($1)
