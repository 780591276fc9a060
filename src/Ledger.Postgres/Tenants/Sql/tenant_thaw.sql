-- Lets a table of a log take writes again. {table} its quoted name, {trigger} the trigger's.
drop trigger if exists {trigger} on {table}
