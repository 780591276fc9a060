-- Prepared and never run, so that a connection through a pooler has a prepared statement. No parameters, no rows.
select
where false
