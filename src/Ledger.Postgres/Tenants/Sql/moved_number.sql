-- The number that an event gets, of {column} of a table t that has the number that it had.
(select m.new from pg_temp.moved_number as m where m.old = t.{column}) as {column}
