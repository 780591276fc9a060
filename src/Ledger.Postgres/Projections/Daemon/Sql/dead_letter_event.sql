-- The number of the event that a dead letter is about, and its stream. $1 the id.
select (d.data ->> 'EventSequence')::bigint, e.stream_id
from {events}.mt_doc_deadletterevent as d
join {events}.mt_events as e on e.seq_id = (d.data ->> 'EventSequence')::bigint
where d.id = $1
