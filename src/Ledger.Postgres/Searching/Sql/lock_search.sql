-- Begins a transaction that writes the index of the search: its commit does not wait for the disk, because a crash loses only what follows from the log, and its
-- statements use indexes.
select set_config('synchronous_commit', 'off', true),
       set_config('enable_seqscan', 'off', true)
