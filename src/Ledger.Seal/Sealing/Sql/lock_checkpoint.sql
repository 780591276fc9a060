-- The checkpoint of a size, held until the transaction ends: $1.
select c.note
from {ledger}.seal_checkpoint as c
where c.size = $1
for update
