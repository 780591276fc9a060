-- Copies the log of schema "ledger" into Marten's tables of schema "peer", unless they have it already: the members of the JSON are
-- renamed to those of the peer's records. $1 the most streams that are copied.
with stream as (
    insert into peer.mt_streams (id, version, "timestamp", created, tenant_id, is_archived)
    select id, version, "timestamp", created, tenant_id, false
    from ledger.mt_streams
    where not exists (select from peer.mt_streams)
    order by id
    limit $1
    returning id),
event as (
    insert into peer.mt_events (seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type, is_archived)
    select e.seq_id,
           e.id,
           e.stream_id,
           e.version,
           case e.type
               when 'object.created' then jsonb_build_object('Id', e.data -> 'id', 'Type', e.data -> 'type', 'Data', e.data -> 'data')
               else jsonb_build_object('Id', e.data -> 'id', 'Patch', e.data -> 'patch')
           end,
           e.type,
           e."timestamp",
           e.tenant_id,
           case e.type
               when 'object.created' then 'Ledger.Benchmarks.Martens.MartenObjectCreated, Ledger.Benchmarks'
               else 'Ledger.Benchmarks.Martens.MartenObjectPatched, Ledger.Benchmarks'
           end,
           false
    from ledger.mt_events as e
    join stream on stream.id = e.stream_id
    returning seq_id)
select setval('peer.mt_events_sequence', max(seq_id)) from event having max(seq_id) is not null
