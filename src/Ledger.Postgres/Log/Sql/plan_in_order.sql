-- Has the next statement of the batch read by indexes in their order, and end with the last row wanted: before the server has analyzed the tables it would read
-- them whole, or collect rows and sort them. Nor is it compiled.
select set_config('jit', 'off', true),
       set_config('enable_seqscan', 'off', true),
       set_config('enable_bitmapscan', 'off', true)
