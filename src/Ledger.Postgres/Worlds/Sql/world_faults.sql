-- The events among the first $2 of the history of $1 that cannot be applied to its world, in order.
select at,
       event_id,
       foreign_id,
       type,
       fault,
       data
from {ledger}.world_faults_v1($1, $2)
