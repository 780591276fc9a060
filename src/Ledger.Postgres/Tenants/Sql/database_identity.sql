-- Which database this is, whatever the name by which it was reached: one text. A server that was made from a copy of another has another timeline.
-- https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-CONTROLDATA
select s.system_identifier || ':' || c.timeline_id || ':' || d.oid
from pg_control_system() as s
cross join pg_control_checkpoint() as c
join pg_database as d on d.datname = current_database()
