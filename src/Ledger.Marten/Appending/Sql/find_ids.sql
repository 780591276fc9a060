-- Which ids the log has already. $1 the ids. A row for each: the id, the stream, the version and the number of the event.
select e.id,
       e.stream_id,
       e.version,
       e.seq_id
from {events}.mt_events as e
where e.id = any ($1::uuid[])
