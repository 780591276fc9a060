-- Writes a part of one long run on the server: $1 its stream, $2 the version before the first, $3 how many events. Its 1,000 objects are made first, and patched in turn,
-- the first 200 of them, which are asked about, with half of the patches: a page of an object has its last 200 changes, which they have in each size.
with stream as (
    insert into ledger.mt_streams (id, version, "timestamp", created, tenant_id, is_archived)
    values ($1, $2 + $3, now(), now(), '*DEFAULT*', false)
    on conflict (id) do update set version = excluded.version
    returning id)
insert into ledger.mt_events (
    seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type, correlation_id, is_archived)
select nextval('ledger.mt_events_sequence'),
       gen_random_uuid(),
       stream.id,
       n,
       case
           when n <= 1000 then jsonb_build_object('id', 'obj-' || n, 'type', 'claim', 'data', jsonb_build_object('n', n))
           else jsonb_build_object('id', 'obj-' || 1 + n / 2 % case when n % 2 = 0 then 200 else 1000 end, 'patch', jsonb_build_object('n', n))
       end,
       case when n <= 1000 then 'object.created' else 'object.patched' end,
       now(),
       '*DEFAULT*',
       'Ledger.ObjectPatched, Ledger',
       stream.id,
       false
from stream, generate_series($2 + 1, $2 + $3) as n
