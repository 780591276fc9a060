-- The databases of test runs that do not live any more. The locks it takes on the way end with the session, which must not be pooled.
-- Result: one row a database: its name.
select datname::text
from pg_database
where datname ~ '^ledger_test_[0-9a-f]{12}_'
    and pg_try_advisory_lock(1279607879, hashtext(substring(datname::text from 1 for 24)));
