-- Events by their ids: $1, without repetitions. One look-up in the index an id, also with a plan made on empty tables.
select e.stream_id,
       e.version,
       e.seq_id,
       e.id,
       e.type,
       e.data,
       e.headers,
       e."timestamp",
       e.correlation_id,
       e.causation_id
from unnest($1::uuid[]) as w (id)
cross join lateral (
    select *
    from {events}.mt_events as m
    where m.id = w.id
    limit 1) as e
