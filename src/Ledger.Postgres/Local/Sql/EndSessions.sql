-- Ends every session in a database and waits for each to be gone. $1 the database's name.
-- Result: one row a session: whether it ended within 5 seconds.
select pg_terminate_backend(pid, 5000)
from pg_stat_activity
where datname = $1;
