-- Checkpoints by size: $1 from which size on, $2 up to which, $3 how many.
select c.size, c.note, c.created_at
from {ledger}.seal_checkpoint as c
where c.size >= $1
  and c.size <= $2
order by c.size
limit $3
