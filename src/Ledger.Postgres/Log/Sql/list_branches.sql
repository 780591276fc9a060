-- The branches below $1 (null: all of them), the oldest first.
with recursive below as (
    select b.stream
    from {ledger}.branch as b
    where b.parent = $1
    union all
    select b.stream
    from below
    join {ledger}.branch as b on b.parent = below.stream)
select b.stream,
       b.parent,
       b.root,
       b.fork_position,
       b.name,
       b.created_at,
       b.segment_stream,
       b.segment_taken
from {ledger}.branch as b
where $1::text is null
   or b.stream in (select below.stream from below)
order by b.created_at,
         b.stream collate "C"
