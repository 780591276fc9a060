-- The table of the session that takes the rows of a COPY in a schema of many tenants, in the transaction of the caller.
create temp table if not exists {name} on commit drop as
select {columns}
from {table}
with no data;
