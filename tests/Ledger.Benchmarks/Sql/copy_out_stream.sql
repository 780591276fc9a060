-- The columns that a read has, of the run that benchmarks read.
copy (
    select version, seq_id, id, type, data, headers, "timestamp", correlation_id, causation_id
    from ledger.mt_events
    where stream_id = 'run:long'
    order by version)
to stdout (format binary)
