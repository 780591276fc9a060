-- Which events are in the log. $1 their ids. A row for each that is: its id and its stream.
select e.id,
       e.stream_id
from {events}.mt_events as e
where e.id = any ($1)
