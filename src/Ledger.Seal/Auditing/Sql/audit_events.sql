-- Events in order: $1 the number before the first, $2 the last number, $3 how many. All columns but is_archived.
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
where e.seq_id > $1
  and e.seq_id <= $2
order by e.seq_id
limit $3
