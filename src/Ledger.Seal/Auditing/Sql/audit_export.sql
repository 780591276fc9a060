-- The name of the transaction's snapshot, for further connections of an audit.
select pg_export_snapshot()
