-- The events of leaves: $1 the first leaf, $2 the leaf after the last.
select e.seq_id,
       e.id,
       e.stream_id,
       e.version,
       e.type,
       e."timestamp",
       case when e.is_compacted then {compacted_tenant} else e.tenant_id end,
       e.mt_dotnet_type,
       e.correlation_id,
       e.causation_id,
       e.data,
       e.bdata,
       e.headers,
       l.leaf,
       l.data_salt,
       l.headers_salt,
       l.data_commitment,
       l.bdata_commitment,
       l.checksums,
       l.headers_commitment
from {ledger}.seal_leaf as l
join {ledger}.provable_event as e on e.seq_id = l.seq
where l.leaf >= $1
  and l.leaf < $2
order by l.leaf
