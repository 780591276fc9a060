-- Inserts a branch into the tree, unless this transaction has done so. $1 its stream, $2 its parent, $3 its root, $4 the fork position, $5 its name, $6 and $7 the lineage:
-- the streams and how many events are taken of each, $8 when it was created.
with created as (
    insert into {ledger}.branch (stream, parent, root, fork_position, segment_stream, segment_taken, name, created_at)
    values ($1, $2, $3, $4, $6, $7, $5, $8)
    on conflict ({tenant_key}stream) do nothing
    returning stream
)
insert into {ledger}.branch_segment (branch, stream, taken)
select c.stream,
       ($6::text[])[cardinality($6::text[])],
       ($7::bigint[])[cardinality($7::bigint[])]
from created as c
where cardinality($6::text[]) > 0
