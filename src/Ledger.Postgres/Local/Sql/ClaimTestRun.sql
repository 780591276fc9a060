-- Says, until the session ends, that a run of tests lives. $1 the prefix of its databases' names.
-- Result: none that matters.
select pg_advisory_lock(1279607879, hashtext($1));
