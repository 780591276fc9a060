-- Events with their leaves: $1 their ids. Of one that is not sealed the leaf is null; the last column says whether later ones are sealed.
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
       e.headers,
       l.leaf,
       l.data_salt,
       l.headers_salt,
       l.data_commitment,
       l.bdata_commitment,
       l.checksums,
       l.headers_commitment,
       exists (select from {ledger}.seal_leaf as later where later.seq > e.seq_id)
from unnest($1::uuid[]) as w (id)
cross join lateral (
    select *
    from {ledger}.provable_event as m
    where m.id = w.id
    limit 1) as e
left join {ledger}.seal_leaf as l on l.seq = e.seq_id
