-- How much would be removed: $1 streams, $2 how many of their first events stay. A row for each, in their order: events, their bytes as they are stored, and rows that are derived
-- from them.
select e.events,
       e.bytes,
       (select count(*) from {ledger}.world_object as r where r.stream = w.stream)
           + (select count(*) from {ledger}.world_object_past as r where r.stream = w.stream)
           + (select count(*) from {ledger}.world_relation as r where r.stream = w.stream)
           + (select count(*) from {ledger}.world_relation_past as r where r.stream = w.stream)
           + (select count(*) from {ledger}.chrono_record as r where r.stream = w.stream)
           + (select count(*) from {ledger}.chrono_change as r where r.stream = w.stream)
           + (select count(*) from {ledger}.chrono_archive as r where r.stream = w.stream)
           + (select count(*) from {ledger}.messages as r where starts_with(w.stream, 'task:') and r.task_id = substr(w.stream, 6))
           + (select count(*) from {ledger}.calls as r where starts_with(w.stream, 'task:') and r.task_id = substr(w.stream, 6))
from unnest($1::text[], $2::bigint[]) with ordinality as w (stream, kept, place)
cross join lateral (
    select count(*) as events,
           coalesce(sum(pg_column_size(m.data) + coalesce(pg_column_size(m.bdata), 0) + coalesce(pg_column_size(m.headers), 0)), 0)::bigint as bytes
    from {events}.mt_events as m
    where m.stream_id = w.stream
      and m.version > w.kept) as e
order by w.place
