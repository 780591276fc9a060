-- Removes the rows of a record store before a rebuild, and reports whether events were rewritten. $1 its stream.
select {ledger}.chrono_clear_v1($1)
