-- Says, until the session ends, that a run of tests lives. $1 what the names of its databases begin with.
-- Result: none that matters.
select pg_advisory_lock(1279607879, hashtext($1));
