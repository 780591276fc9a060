-- The streams after they are locked. $1 the names. A row for each that exists: its name, its version, whether it is archived,
-- the time of its last event, and the time now.
select t.id,
       coalesce(t.version, 0),
       coalesce(t.is_archived, false),
       greatest(t."timestamp", e."timestamp"),
       clock_timestamp()
from {events}.mt_streams as t
left join {events}.mt_events as e on e.stream_id = t.id and e.version = t.version
where t.id = any ($1::text[])
