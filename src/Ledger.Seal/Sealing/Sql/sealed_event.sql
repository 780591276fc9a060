-- An event with its leaf: $1 its id. Of one that is not sealed the leaf is null.
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
from {ledger}.provable_event as e
left join {ledger}.seal_leaf as l on l.seq = e.seq_id
where e.id = $1
