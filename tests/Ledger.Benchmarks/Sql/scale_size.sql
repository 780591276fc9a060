-- How large the database is, one row: bytes, bytes of the events' table with its indexes.
select pg_database_size(current_database()), pg_total_relation_size('ledger.mt_events')
