-- One relation of the history of $1, by its id $2, after the first $3 events. No row when it is not there.
select type,
       source_id,
       target_id,
       data
from {ledger}.world_relation_at_v1($1, $2, $3)
where not removed
