-- The events from {from} to {until} that compactions of record stores took out of their streams, in order. All columns but is_archived.
copy (
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
           e.headers
    from {ledger}.provable_event as e
    where e.is_compacted
      and e.seq_id >= '{from}'::bigint
      and e.seq_id <= '{until}'::bigint
    order by e.seq_id)
to stdout (format binary)
