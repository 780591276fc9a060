-- Events with their leaves: $1 their ids. Of one that is not sealed the leaf is null. Then whether later ones are sealed; and of those that have lost a salt what the event that
-- masked them says, as in audit_masked.sql.
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
       l.headers_commitment,
       exists (select from {ledger}.seal_leaf as later where later.seq > e.seq_id),
       n.id,
       n.seq_id,
       m.salt,
       n.data ->> 'event_id',
       n.data ->> 'commitment',
       n.data ->> 'headers_commitment'
from unnest($1::uuid[]) as w (id)
cross join lateral (
    select *
    from {ledger}.provable_event as m
    where m.id = w.id
    limit 1) as e
left join {ledger}.seal_leaf as l on l.seq = e.seq_id
left join {ledger}.masked_event as m on m.seq = e.seq_id and (l.data_salt is null or l.headers_salt is null)
left join {events}.mt_events as n on n.id = m.masked_by and n.type = 'event.masked'
