-- Before the rows of worlds are read for an append that writes them from its client: prevents sequential-scan plans, which empty tables or old
-- statistics would cause, until end_world_rows.
select set_config('ledger.seqscan', current_setting('enable_seqscan'), true), set_config('enable_seqscan', 'off', true)
