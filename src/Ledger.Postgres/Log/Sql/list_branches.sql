-- All branches that retention is not removing, the oldest first; $1 is null.
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
  and not exists (
      select from {ledger}.retaining_streams_v1() as h (stream) where h.stream = b.stream)
order by b.created_at,
         b.stream collate "C"
