-- Removes the rows of a record store, to be made anew. $1 its stream.
with changes as (
    delete from {ledger}.chrono_change as c where c.stream = $1)
delete from {ledger}.chrono_record as r where r.stream = $1
