-- The events that the tree does not have: $1 the last number wanted, $2 how many. All columns but is_archived, and none of a leaf.
select e.seq_id,
       e.id,
       e.stream_id,
       e.version,
       e.type,
       e."timestamp",
       e.tenant_id,
       e.mt_dotnet_type,
       e.correlation_id,
       e.causation_id,
       e.data,
       e.bdata,
       e.headers
from {events}.mt_events as e
where e.seq_id > (select h.seq from {ledger}.seal_head as h)
  and e.seq_id <= $1
order by e.seq_id
limit $2
