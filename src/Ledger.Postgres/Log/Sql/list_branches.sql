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
      select from {ledger}.retention_stream as h where h.stream = b.stream and h.kept = 0 and h.state in ('removing', 'restoring'))
order by b.created_at,
         b.stream collate "C"
