-- The events by which retention says what it has removed and restored, in their order: those that are sealed, or that the seal has not come to yet. The number, the type
-- and the data.
select e.seq_id, e.type, e.data
from {ledger}.retention_run as r
cross join lateral (
    select m.seq_id, m.type, m.data
    from {events}.mt_events as m
    where m.stream_id = 'retention:' || r.id
      and m.type in ('retention.removed', 'retention.restored')
      and (exists (select from {ledger}.seal_leaf as l where l.seq = m.seq_id)
           or m.seq_id > (select h.seq from {ledger}.seal_head as h))
    order by m.version) as e
order by r.id, e.seq_id
