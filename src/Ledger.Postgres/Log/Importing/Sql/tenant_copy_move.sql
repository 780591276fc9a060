-- Moves the rows of a COPY on to the real table, without the tenant, which is that of the session.
insert into {table} ({rest})
select {rest}
from pg_temp.{name};

truncate pg_temp.{name};
