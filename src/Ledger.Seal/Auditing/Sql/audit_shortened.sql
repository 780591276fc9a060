-- The record stores of which compactions took events out of the log: the stream, the first version that is left, and its number. That is a state of the store, which is
-- sealed, or which the seal has not come to yet.
select f.stream_id, f.version, f.seq_id
from {ledger}.chrono_head as h
cross join lateral (
    select e.stream_id, e.version, e.seq_id, e.type
    from {ledger}.provable_event as e
    where e.stream_id = h.stream
    order by e.version
    limit 1) as f
where h.archived_to > 0
  and f.version > 1
  and f.type = 'chrono.state'
  and (exists (select from {ledger}.seal_leaf as l where l.seq = f.seq_id)
       or f.seq_id > (select s.seq from {ledger}.seal_head as s))
