-- Tags a page of the log. $1 the number to begin after, $2 the last number, $3 how many events at most.
-- One row: how many events it read, the number of the last or $2 if there were none, how many tags were added.
with page as (
    select e.id, e.seq_id
    from {events}.mt_events as e
    where e.seq_id > $1::bigint
      and e.seq_id <= $2::bigint
    order by e.seq_id
    limit $3::integer)
select count(*),
       coalesce(max(p.seq_id), $2::bigint),
       {ledger}.tag_events_v1(array_agg(p.id))
from page as p
