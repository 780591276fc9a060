-- Gives relations that have rows their last state: $1 to $7 as in update_objects, $8 the sources, $9 the targets.
update {ledger}.world_relation as r
set type = n.type,
    source_id = n.source_id,
    target_id = n.target_id,
    data = n.data,
    created_at = n.created_at,
    valid_from = n.valid_from,
    removed = n.removed
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as n (stream, id, type, data, created_at, valid_from, removed, source_id, target_id)
where r.stream = n.stream
  and r.id = n.id
