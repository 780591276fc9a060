-- Removes the rows of a record store before a rebuild, and reports whether events were rewritten. $1 its stream.
with changes as (
    delete from {ledger}.chrono_change as c where c.stream = $1),
head as (
    update {ledger}.chrono_head as h set version = -1 - h.version where h.stream = $1 and h.version < 0)
delete from {ledger}.chrono_record as r where r.stream = $1
