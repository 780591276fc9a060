-- Takes away what the migrations have put into a table: {table} its quoted name.
delete from {table}
