-- The last number of those that follow a number without a gap: $1 the number, $2 the last one wanted. A page at a time.
select $1 + count(*)
from (
    select e.seq_id, row_number() over (order by e.seq_id) as place
    from {events}.mt_events as e
    where e.seq_id > $1
      and e.seq_id <= $2
    order by e.seq_id
    limit 10000) as n
where n.seq_id = $1 + n.place
