-- A page of the branches below $1 (null: all of them) by creation, then by name: $2 the branch after which it begins (null: the first), $3 how many at most.
-- {than} and {direction} are the order, > and asc or < and desc. A branch that is not there has nothing after it.
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
where not exists (
      select from {ledger}.retaining_streams_v1() as h (stream) where h.stream = b.stream)
  and ($1::text is null or b.stream in (select below.stream from below))
  and ($2::text is null
       or (b.created_at, b.stream collate "C") {than} (select a.created_at, a.stream collate "C" from {ledger}.branch as a where a.stream = $2))
order by b.created_at {direction},
         b.stream collate "C" {direction}
limit $3
