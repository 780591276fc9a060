-- Which events have a payload or headers that another program has replaced, and no event says so: $1 their ids. A row for each that has: its id.
select e.id
from {ledger}.provable_event as e
where e.id = any ($1)
  and {ledger}.payload_replaced_v1(e.seq_id)
order by e.seq_id
