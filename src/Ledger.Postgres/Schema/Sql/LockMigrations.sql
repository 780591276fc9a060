-- One migrator at a time in a database, until the transaction ends; no time limit.
select
    set_config('statement_timeout', '0', true),
    pg_advisory_xact_lock(hashtextextended('ledger migrate', 0));
