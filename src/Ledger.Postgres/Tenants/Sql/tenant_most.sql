-- The largest number in a column, or zero: {table} the table's quoted name, {columns} the column.
select coalesce(max({columns}), 0)::bigint from {table}
