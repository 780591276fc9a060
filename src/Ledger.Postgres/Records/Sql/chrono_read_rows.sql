-- A page of the rows of a record store, in order. The parameters are those of the function.
select r.key, r.ordinal, r.seq, r.text, r.spelled, r.id, r.kind, r.status, r.confidence
from {ledger}.chrono_records_v1($1, $2, $3, $4, $5, $6) as r
where not {ledger}.retaining_v1($1)
