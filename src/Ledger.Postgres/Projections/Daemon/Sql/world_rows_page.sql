-- The runs and branches of a page of the log whose world rows lack events. $1 the number before the first, $2 the last one wanted, $3 how many events. At least one
-- row: where the page ends, how many events it has, and a stream or null.
with page as materialized (
    select e.stream_id, e.version, e.seq_id
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
    select n.stream_id
    from (
        select g.stream_id, max(g.version) as last
        from page as g
        where g.stream_id like 'run:%'
           or g.stream_id like 'branch:%'
        group by g.stream_id) as n
    left join {ledger}.world_head as h on h.stream = n.stream_id
    where h.stream is null
       or h.cut_version is null and h.version < n.last) as s on true
