-- The objects and then the relations of the history of $1 after its first $2 events, each in the order of creation.
select kind,
       id,
       type,
       source_id,
       target_id,
       data
from {ledger}.world_at_v1($1, $2)
