-- Gives objects that have rows their last state. $1 streams, $2 ids, $3 types, $4 data, $5 where they were created, $6 the versions that the states
-- are from, $7 whether they are removed.
update {ledger}.world_object as o
set type = n.type,
    data = n.data,
    created_at = n.created_at,
    valid_from = n.valid_from,
    removed = n.removed
from unnest($1, $2, $3, $4, $5, $6, $7) as n (stream, id, type, data, created_at, valid_from, removed)
where o.stream = n.stream
  and o.id = n.id
