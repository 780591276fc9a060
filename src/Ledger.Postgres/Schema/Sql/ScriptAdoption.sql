-- In the script for psql: a schema with older migrations is taken over. {text}: the statement.

begin;
set local statement_timeout = 0;
{text}
commit;
