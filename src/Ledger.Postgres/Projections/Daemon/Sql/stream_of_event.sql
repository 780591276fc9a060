-- The stream of an event, and its version. $1 the event's number.
select s.id, s.version
from {events}.mt_events as e
join {events}.mt_streams as s on s.id = e.stream_id
where e.seq_id = $1
