-- Statements that wait for running appends give up after ten seconds; the next call runs them again.
set local lock_timeout = '10s';
