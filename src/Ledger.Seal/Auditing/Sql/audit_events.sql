-- The events after {after} and up to {until}, in order. All columns but is_archived.
copy (
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
    where e.seq_id > '{after}'::bigint
      and e.seq_id <= '{until}'::bigint
    order by e.seq_id)
to stdout (format binary)
