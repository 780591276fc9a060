-- Appends a batch; the parameters and the result are those of append_v4.
select outcomes,
       versions,
       sequences,
       ids,
       holders,
       refusals
from {ledger}.append_v4($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
