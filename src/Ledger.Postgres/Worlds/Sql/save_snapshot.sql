-- Saves a snapshot. $1 the stream, $2 the document, $3 the full name of its .NET type, $4 the version, $5 when its history was read, or null.
-- One row: what became of it, see save_snapshot_v1.
select {ledger}.save_snapshot_v1($1, $2, $3, $4, $5::pg_snapshot)
