-- Which events have a payload in binary form. $1 their ids. A row for each that has: its id.
select e.id
from {events}.mt_events as e
where e.id = any ($1)
  and e.bdata is not null
