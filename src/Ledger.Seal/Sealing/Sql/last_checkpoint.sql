-- The newest checkpoint of at most a size: $1.
select c.size, c.note, c.created_at
from {ledger}.seal_checkpoint as c
where c.size <= $1
order by c.size desc
limit 1
