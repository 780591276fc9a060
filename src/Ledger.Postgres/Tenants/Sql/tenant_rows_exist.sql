-- Whether a tenant has rows in a table that neither migrations nor the start of an application put there: {table}, {rows} as for tenant_rows_out, {counts} which rows count.
select exists (select from (select t.* from {table} as t {rows}) as x where {counts})
