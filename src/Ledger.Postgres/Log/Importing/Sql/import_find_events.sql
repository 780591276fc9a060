-- Which events are in the log. $1 their ids. A row for each that is: its id, its stream, its type and its JSON.
select e.id,
       e.stream_id,
       e.type,
       e.data::text
from {events}.mt_events as e
where e.id = any ($1)
