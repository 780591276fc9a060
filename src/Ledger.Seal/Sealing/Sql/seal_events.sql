-- The events that the tree does not have, up to {ceiling}, at most {rows} of them. All columns but is_archived, and none of a leaf.
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
      and e.seq_id <= '{ceiling}'::bigint
    order by e.seq_id
    limit {rows})
to stdout (format binary)
