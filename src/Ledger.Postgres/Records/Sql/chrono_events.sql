-- The events of a record store. $1 its stream, $2 and $3 the first and last version, $4 at most so many.
select e.version, e.seq_id, e.id, e.type, e.data, e.headers, e."timestamp"
from {ledger}.chrono_events_v1($1, $2, $3, $4) as e
