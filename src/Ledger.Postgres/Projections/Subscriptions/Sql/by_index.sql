-- Makes later statements of this transaction use indexes. Without statistics the planner expects few rows in a page of a long log, and would read the whole
-- rest of the log by a bitmap and sort it. Where a table has no index for the question, the plan has the cost of what is off, for which the server would compile it each time.
select set_config('enable_seqscan', 'off', true),
       set_config('enable_bitmapscan', 'off', true),
       set_config('jit', 'off', true),
       set_config('plan_cache_mode', 'force_generic_plan', true)
