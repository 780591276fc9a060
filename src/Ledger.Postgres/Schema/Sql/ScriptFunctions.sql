-- The functions in the script for psql, in one transaction.

begin;
set local statement_timeout = 0;
{functions}
commit;
