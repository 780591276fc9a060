-- The branches below $1 that retention is not removing, the oldest first.
select b.stream,
       b.parent,
       b.root,
       b.fork_position,
       b.name,
       b.created_at,
       b.segment_stream,
       b.segment_taken
from {ledger}.branches_below_v1($1) as n (stream)
cross join lateral (
    select *
    from {ledger}.branch as r
    where r.stream = n.stream
    limit 1) as b
where not exists (
      select from {ledger}.retaining_streams_v1() as h (stream) where h.stream = b.stream)
order by b.created_at,
         b.stream collate "C"
