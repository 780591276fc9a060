-- The events by which retention says what it has removed, in their order. The number and the data.
select e.seq_id, e.data
from {ledger}.retention_run as r
cross join lateral (
    select m.seq_id, m.data
    from {events}.mt_events as m
    where m.stream_id = 'retention:' || r.id
      and m.type = 'retention.removed'
    order by m.version) as e
order by r.id, e.seq_id
