-- What a tenant has in a table, one row: the number of its rows, and the sum of their hashes, whatever their order. {table}, {columns}, {rows} as for tenant_rows_out.
select count(*), coalesce(sum(('x' || left(md5(x::text), 15))::bit(60)::bigint), 0)::text
from (select {columns} from {table} as t {rows}) as x
