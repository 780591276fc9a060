-- Whether the first event after a number was appended at a time or later, 1 or 0; 1 if there is none. $1 the number, $2 the time.
select case when coalesce(
    (select e."timestamp" from {events}.mt_events as e where e.seq_id > $1 order by e.seq_id limit 1) >= $2,
    true) then 1::bigint else 0::bigint end
