-- Which ids the log has already. $1 the ids. A row for each: the id, the stream, the version, the number,
-- the type and the JSON of the event.
select e.id,
       e.stream_id,
       e.version,
       e.seq_id,
       e.type,
       e.data::text
from {events}.mt_events as e
where e.id = any ($1::uuid[])
