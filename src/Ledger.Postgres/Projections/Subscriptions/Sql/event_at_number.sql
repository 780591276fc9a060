-- Which event has a number: $1. One row: its id, or null if no event has the number; and the number of the newest event, or 0.
select (select e.id from {events}.mt_events as e where e.seq_id = $1),
       (select coalesce(max(e.seq_id), 0) from {events}.mt_events as e)
