-- The next events to index, in order: $1 the number before the first, $2 the last one wanted, $3 how many at most; fewer where they are large, and at least one.
select p.seq_id,
       p.type,
       p.headers ->> 'actor',
       p.data
from (
    select m.seq_id,
           m.type,
           m.headers,
           m.data,
           sum(pg_column_size(m.data)) over (order by m.seq_id) - pg_column_size(m.data) as before
    from (
        select *
        from {events}.mt_events as e
        where e.seq_id > $1
          and e.seq_id <= $2
        order by e.seq_id
        limit $3) as m) as p
where p.before < 8000000
order by p.seq_id
