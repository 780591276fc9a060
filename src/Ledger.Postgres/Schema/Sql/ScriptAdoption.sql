-- In the script for psql: a schema with older migrations is taken over.

begin;
set local statement_timeout = 0;
{text}
commit;
