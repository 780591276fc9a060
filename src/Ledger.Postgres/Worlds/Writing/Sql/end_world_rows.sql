-- Undoes begin_world_rows, which the caller's transaction may outlive.
select set_config('enable_seqscan', current_setting('ledger.seqscan'), true), set_config('jit', current_setting('ledger.jit'), true)
