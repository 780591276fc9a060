-- A page of the events that made and changed the object $2 within the first $3 events of the history of $1, from position $4 on, at most $5 of them, in order. The
-- position, the columns of a page of events, and the stream.
select s.before + m.version - 1 as position,
       m.version,
       m.seq_id,
       m.id,
       m.type,
       m.data,
       m.headers,
       m."timestamp",
       m.correlation_id,
       m.causation_id,
       s.stream
from {ledger}.world_segment_v1($1, $3) as s
cross join lateral (
    (select o.valid_from
     from {ledger}.world_object as o
     where o.stream = s.stream and o.id = $2 and o.valid_from <= s.upto and o.valid_from > $4 - s.before)
    union all
    (select o.valid_from
     from {ledger}.world_object_past as o
     where o.stream = s.stream and o.id = $2 and o.valid_from <= s.upto and o.valid_from > $4 - s.before
     order by o.valid_from
     limit $5)
    order by valid_from
    limit $5) as v
join {events}.mt_events as m on m.stream_id = s.stream and m.version = v.valid_from
order by s.ordinal, m.version
limit $5
