-- Counts events by slice, type and actor: $1 streams, $2 versions and $3 slices of the events that are looked at.
select w.slice,
       e.type,
       e.actor,
       count(*)
from unnest($1::text[], $2::bigint[], $3::integer[]) as w (stream, version, slice)
cross join lateral (
    select m.type,
           m.headers ->> 'actor' as actor
    from {events}.mt_events as m
    where m.stream_id = w.stream
      and m.version = w.version
    limit 1) as e
group by w.slice, e.type, e.actor
