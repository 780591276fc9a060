-- Takes events out of a record store's stream. $1 the stream, $2 the last version, $3 whether they are deleted. One row: how many.
select {ledger}.chrono_archive_v1($1, $2, $3)
