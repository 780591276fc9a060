-- Begins a transaction that writes the index of the search: its commit does not wait for the disk, because a crash loses only what follows from the log, its
-- statements use indexes, and it waits for others for less time than the server lets pass before it looks for deadlocks: so it is never they who have to begin again.
select set_config('synchronous_commit', 'off', true),
       set_config('enable_seqscan', 'off', true),
       set_config('lock_timeout', '500ms', true)
