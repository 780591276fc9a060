-- What does not agree with the numbers of the log: name, where it is, where the log is. The first row, if any, is the sequence itself, with
-- an empty name, the number of the newest event, and where the sequence is; the others are what has passed the log's end.
with numbers as (
    select case when s.is_called then s.last_value else 0 end as drawn,
           (select coalesce(max(e.seq_id), 0) from {events}.mt_events as e) as newest
    from {events}.mt_events_sequence as s),
passed as (
    select p.name::text as name, p.last_seq_id as reached
    from {events}.mt_event_progression as p
    where p.name not in ('HighWaterAllocationFence', 'HighWaterStuckGap')
    union all
    select 'task_tail', greatest(t.seq, t.sighted)
    from {ledger}.task_tail as t)
select f.name, f.reached, f.drawn
from (
    select '' as name, n.newest as reached, n.drawn
    from numbers as n
    where n.newest > n.drawn
    union all
    select p.name, p.reached, greatest(n.drawn, n.newest)
    from passed as p
    cross join numbers as n
    where p.reached > greatest(n.drawn, n.newest)) as f
order by f.name collate "C"
