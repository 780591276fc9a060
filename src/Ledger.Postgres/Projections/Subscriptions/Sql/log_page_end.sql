-- The last number of a page of the log: $1 the number before the first, $2 the last one wanted, $3 how many events.
select coalesce(
    (select e.seq_id
     from {events}.mt_events as e
     where e.seq_id > $1
       and e.seq_id <= $2
     order by e.seq_id
     offset $3 - 1
     limit 1),
    $2)
