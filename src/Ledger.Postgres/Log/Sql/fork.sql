-- Forks a run or branch; the parameters and the result are those of fork_v2.
select outcome,
       root,
       fork_position,
       segment_stream,
       segment_taken,
       created_at,
       id_holder,
       available
from {ledger}.fork_v2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
