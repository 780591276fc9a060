-- Restores lines of an archive: $1 the run of retention, $2 the stream, $3 the lines as a JSON array. Result: the version that the stream has.
select {ledger}.restore_page_v1($1, $2, $3)
