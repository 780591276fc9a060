-- Events of a record store by their ids. $1 the stream, $2 the ids.
select n.version, n.seq_id, n.id, n.type, n.data, n.headers, n."timestamp"
from (
    select a.version, a.seq_id, a.id, a.type, a.data, a.headers, a."timestamp", a.stream
    from {ledger}.chrono_archive as a
    where a.id = any ($2)
    union all
    select e.version, e.seq_id, e.id, e.type, e.data, e.headers, e."timestamp", e.stream_id
    from {events}.mt_events as e
    where e.id = any ($2)) as n
where n.stream = $1
order by n.version
