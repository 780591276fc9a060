-- Which events were masked. $1 their ids. A row for each that was: its id, the last event.masked about it and when that was appended.
select n.id, m.masked_by, m.masked_at
from (
    select e.id, e.seq_id
    from {events}.mt_events as e
    where e.id = any ($1)
    union all
    select a.id, a.seq_id
    from {ledger}.chrono_archive as a
    where a.id = any ($1)) as n
join {ledger}.masked_event as m on m.seq = n.seq_id
order by m.seq
