-- The last $4 of the events that made and changed the object $2 within the first $3 events of the history of $1, in order. The position, the columns of a page of
-- events, and the stream.
select c.before + m.version - 1 as position,
       m.version,
       m.seq_id,
       m.id,
       m.type,
       m.data,
       m.headers,
       m."timestamp",
       m.correlation_id,
       m.causation_id,
       c.stream
from (
    select s.ordinal, s.stream, s.before, v.valid_from as version
    from {ledger}.world_segment_v1($1, $3) as s
    cross join lateral (
        (select o.valid_from
         from {ledger}.world_object as o
         where o.stream = s.stream and o.id = $2 and o.valid_from <= s.upto)
        union all
        (select o.valid_from
         from {ledger}.world_object_past as o
         where o.stream = s.stream and o.id = $2 and o.valid_from <= s.upto
         order by o.valid_from desc
         limit $4)
        order by valid_from desc
        limit $4) as v
    order by s.ordinal desc, v.valid_from desc
    limit $4) as c
join {events}.mt_events as m on m.stream_id = c.stream and m.version = c.version
order by c.ordinal, m.version
