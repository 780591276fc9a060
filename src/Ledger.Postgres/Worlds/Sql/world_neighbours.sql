-- What is within $4 relations of the object $3, after the first $2 events of the history of $1: the rows of world_neighbours_v1.
select kind,
       distance,
       id,
       type,
       source_id,
       target_id,
       data
from {ledger}.world_neighbours_v1($1, $2, $3, $4)
