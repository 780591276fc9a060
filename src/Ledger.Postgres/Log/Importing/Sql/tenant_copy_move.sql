-- Moves the rows of a COPY to the real table. {name} where they are, {table} the real one, {columns} those of the COPY, {rest} the same without the tenant.
insert into {table} ({rest})
select {rest}
from pg_temp.{name};

truncate pg_temp.{name};
