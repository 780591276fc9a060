-- Writes missing world rows of the run or branch $1, for at most $2 events of each stream, without waiting for the disk: rows that a crash takes are missing again,
-- and the progress that is committed after them is lost with them. Whether none is missing then.
select {ledger}.write_world_v1($1, $2)
from set_config('synchronous_commit', 'off', true)
