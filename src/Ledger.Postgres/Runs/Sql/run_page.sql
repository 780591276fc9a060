-- The runs and branches of a page of the log. $1 the number before the first, $2 the last one wanted, $3 how many events. At least one row: where the page
-- ends, how many events it has, and a stream or null.
with page as materialized (
    select e.stream_id, e.seq_id
    from {events}.mt_events as e
    where e.seq_id > $1
      and e.seq_id <= $2
    order by e.seq_id
    limit $3)
select p.reached, p.events, s.stream_id
from (
    select case when count(*) < $3 then $2 else max(g.seq_id) end as reached, count(*) as events
    from page as g) as p
left join (
    select distinct g.stream_id
    from page as g
    where starts_with(g.stream_id, 'run:')
       or starts_with(g.stream_id, 'branch:')) as s on true
