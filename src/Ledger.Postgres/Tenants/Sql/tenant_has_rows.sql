-- Whether a table has rows that neither migrations nor the start of an application put there: {table} its quoted name, {rows} which rows those are.
select exists (select from {table} where {rows})
