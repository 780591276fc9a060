-- The functions in the script for psql, in one transaction. {functions}: a statement for each.

begin;
set local statement_timeout = 0;
{functions}
commit;
