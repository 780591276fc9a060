-- The events by which Ledger says what retention has removed and restored, and which events compactions of record stores took out of the log, in their order: those that are
-- sealed, or that the seal has not come to yet. The number, the id, the type and the data.
with said as (
    select 'retention:' || r.id as stream from {ledger}.retention_run as r
    union
    select left('retention:' || h.stream, 250) from {ledger}.chrono_head as h where h.archived_to > 0
    union
    select left('retention:' || r.stream, 250) from {ledger}.retention_stream as r where starts_with(r.stream, 'chrono:')
)
select e.seq_id, e.id, e.type, e.data
from said as s
cross join lateral (
    select m.seq_id, m.id, m.type, m.data
    from {events}.mt_events as m
    where m.stream_id = s.stream
      and m.type in ('retention.removed', 'retention.restored', 'retention.compacted')
      and (exists (select from {ledger}.seal_leaf as l where l.seq = m.seq_id)
           or m.seq_id > (select h.seq from {ledger}.seal_head as h))
    order by m.version) as e
order by e.seq_id
