-- The streams that have events of some types in one page of the log: $1 the types, $2 the number before the first event of the page, $3 the most events.
-- One row: the number of the page's last event, null after the end of the log, and the names of the streams, null for none.
select max(e.seq_id),
       array_agg(distinct e.stream_id) filter (where e.type = any ($1))
from (
    select m.seq_id,
           m.stream_id,
           m.type
    from {events}.mt_events as m
    where m.seq_id > $2
    order by m.seq_id
    limit $3) as e
