-- The settings that the doctor looks at, one row each: name, value in the server's unit, value for people.
select name, setting, current_setting(name)
from pg_settings
where name in ('fsync', 'full_page_writes', 'autovacuum', 'track_counts', 'synchronous_commit', 'shared_buffers', 'idle_in_transaction_session_timeout')
order by name collate "C"
