-- Before the rows of worlds are read for an append that writes them from its client: until end_world_rows there are no sequential-scan plans, which
-- empty tables or old statistics would cause, and statements on many rows are not compiled.
select set_config('ledger.seqscan', current_setting('enable_seqscan'), true),
       set_config('ledger.jit', current_setting('jit'), true),
       set_config('enable_seqscan', 'off', true),
       set_config('jit', 'off', true)
