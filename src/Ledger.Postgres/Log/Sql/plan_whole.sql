-- Has the next statement of the batch read whole tables and group their rows by hashes: before the server has analyzed the tables it would take them for small, and
-- read them by an index and sort them. Nor is it compiled, or divided among processes, which take longer to begin.
select set_config('jit', 'off', true),
       set_config('enable_indexscan', 'off', true),
       set_config('enable_bitmapscan', 'off', true),
       set_config('enable_sort', 'off', true),
       set_config('max_parallel_workers_per_gather', '0', true)
