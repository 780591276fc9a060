-- The sequence of an identity column: $1 the table's quoted name, $2 the column. One text.
select pg_get_serial_sequence($1, $2)
