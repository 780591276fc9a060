-- The next branches of a rebuild, each after its ancestors, with their versions. $1 the branch before (empty: none), $2 how many.
select s.id, s.version
from {ledger}.branch as b
join {events}.mt_streams as s on s.id = b.stream
where (cardinality(b.segment_stream), b.stream)
    > (coalesce((select cardinality(r.segment_stream) from {ledger}.branch as r where r.stream = $1), 0), $1)
  and s.version > 0
order by cardinality(b.segment_stream), b.stream
limit $2
