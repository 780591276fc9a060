-- Of the rows of a table t those about events that get a number. {column} the number that they had, {rows} whose they are, where there are others.
join pg_temp.moved_number as m on m.old = t.{column}
{rows}
