-- One branch: $1 its stream.
select b.stream,
       b.parent,
       b.root,
       b.fork_position,
       b.name,
       b.created_at,
       b.segment_stream,
       b.segment_taken
from {ledger}.branch as b
where b.stream = $1
  and not {ledger}.retaining_v1(b.stream)
