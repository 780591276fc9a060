-- The events of a stream with their leaves: $1 the stream, $2 the version before the first, $3 the last version, $4 how many, $5 the size of the tree that they
-- must be in.
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
join {ledger}.seal_leaf as l on l.seq = e.seq_id
where e.stream_id = $1
  and e.version > $2
  and e.version <= $3
  and l.leaf < $5
order by e.version
limit $4
