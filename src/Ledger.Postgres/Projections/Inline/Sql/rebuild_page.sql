-- A page of the log: the streams in it, the last version of each there, and the page's last number. $1 the number before it, $2 the
-- largest number wanted, $3 how many events.
select p.stream_id,
       max(p.version),
       max(max(p.seq_id)) over ()
from (
    select e.stream_id, e.version, e.seq_id
    from {events}.mt_events as e
    where e.seq_id > $1
      and e.seq_id <= $2
    order by e.seq_id
    limit $3) as p
group by p.stream_id
