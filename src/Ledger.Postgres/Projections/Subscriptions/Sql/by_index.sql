-- Lets the statements behind it in this transaction walk along indexes. Without statistics a page of a long log is taken for few rows, which a
-- bitmap would look up, the whole log behind it, and sort.
select set_config('enable_seqscan', 'off', true),
       set_config('enable_bitmapscan', 'off', true),
       set_config('plan_cache_mode', 'force_generic_plan', true)
