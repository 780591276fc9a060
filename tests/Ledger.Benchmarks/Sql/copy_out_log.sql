-- The columns that a read of the log has.
copy (
    select version, seq_id, id, type, data, headers, "timestamp", correlation_id, causation_id, stream_id
    from ledger.mt_events
    where seq_id > 0
    order by seq_id)
to stdout (format binary)
