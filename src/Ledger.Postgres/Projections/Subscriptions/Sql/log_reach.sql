-- How far the log goes without a gap: $1 a number up to which it has none. One row: the last number that any transaction has drawn, the
-- last one of those that follow $1 without a gap, at most a page further, and the number of the newest event. The rows are as of the start of the statement,
-- the number drawn is at least as new: if both are the same, nothing is missing.
select d.last,
       case
           when d.last <= $1 then $1
           else coalesce(
               (select $1 + n.place - 1
                from (
                    select e.seq_id, row_number() over (order by e.seq_id) as place
                    from {events}.mt_events as e
                    where e.seq_id > $1
                      and e.seq_id <= d.last
                    order by e.seq_id
                    limit 10000) as n
                where n.seq_id <> $1 + n.place
                order by n.seq_id
                limit 1),
               (select max(n.seq_id)
                from (
                    select e.seq_id
                    from {events}.mt_events as e
                    where e.seq_id > $1
                      and e.seq_id <= d.last
                    order by e.seq_id
                    limit 10000) as n),
               $1)
       end,
       (select coalesce(max(e.seq_id), 0) from {events}.mt_events as e)
from (
    select case when s.is_called then s.last_value else 0 end as last
    from {events}.mt_events_sequence as s) as d
