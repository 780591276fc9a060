-- Takes the rows of a tenant out of a table: {table}, {rows} as for tenant_rows_out.
delete from {table} as t {rows}
