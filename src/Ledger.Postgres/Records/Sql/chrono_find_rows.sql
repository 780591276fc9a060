-- Rows of a record store. $1 its stream, $2 the keys of records. A row for each that exists.
select r.key, r.ordinal, r.seq, r.text, r.spelled, r.id, r.kind, r.status, r.confidence
from {ledger}.chrono_record as r
where r.stream = $1
  and r.key = any ($2)
  and not {ledger}.retaining_v1($1)
