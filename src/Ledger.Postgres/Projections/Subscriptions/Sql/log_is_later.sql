-- Whether the first event behind a number was taken at a time or later, 1 or 0; where there is none, 1. $1 the number, $2 the time.
select case when coalesce(
    (select e."timestamp" from {events}.mt_events as e where e.seq_id > $1 order by e.seq_id limit 1) >= $2,
    true) then 1::bigint else 0::bigint end
