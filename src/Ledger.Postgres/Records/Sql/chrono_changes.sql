-- Which events of a record store are about which records. $1 the stream, $2 the last version. A row for each: the record's key, the event's
-- version, whether it was applied.
select c.key, c.version, c.applied
from {ledger}.chrono_change as c
where c.stream = $1
  and c.version <= $2
  and not {ledger}.retaining_v1($1)
