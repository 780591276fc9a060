-- Lets no transaction draw a number of the log until this one ends, and waits for those that hold one: what ALTER SEQUENCE does, whatever it alters.
-- https://www.postgresql.org/docs/current/sql-altersequence.html
set local lock_timeout = '10s';
alter sequence {events}.mt_events_sequence no cycle
