-- The first event of the chain of a record store whose text was masked. $1 the stream, $2 the version that it comes after. One row: its version, or null.
select min(n.version)
from {ledger}.masked_event as m
cross join lateral (
    select e.version
    from {events}.mt_events as e
    where e.seq_id = m.seq
      and e.stream_id = m.stream
      and e.type = 'chrono.event'
    union all
    select a.version
    from {ledger}.chrono_archive as a
    where a.seq_id = m.seq
      and a.stream = m.stream
      and a.type = 'chrono.event') as n
where m.stream = $1
  and n.version > $2
