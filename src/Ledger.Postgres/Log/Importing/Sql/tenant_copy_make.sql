-- The table that takes the rows of a COPY in a schema of many tenants. {name} its name, {table} the real one, {columns} those of the COPY.
create temp table if not exists {name} on commit drop as
select {columns}
from {table}
with no data;
