-- What by_index.sql sets, for the whole transaction; and a transaction that waits, as while a reader of the findings does, is not ended.
select set_config('enable_seqscan', 'off', true),
       set_config('enable_bitmapscan', 'off', true),
       set_config('jit', 'off', true),
       set_config('plan_cache_mode', 'force_generic_plan', true),
       set_config('idle_in_transaction_session_timeout', '0', true)
