-- What a page of events adds to what a log has. $1 the number after which it begins, $2 the last number, $3 how many events at most. One row: events, bytes, the last
-- number of the page, or null if there are no more.
select count(*),
       coalesce(sum(octet_length(p.data::text) + coalesce(octet_length(p.headers::text), 0)), 0)::bigint,
       max(p.seq_id)
from (
    select e.seq_id, e.data, e.headers
    from {events}.mt_events as e
    where e.seq_id > $1
      and e.seq_id <= $2
    order by e.seq_id
    limit $3) as p
