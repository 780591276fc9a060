-- Sets a sequence: $1 its quoted name, $2 its last value, $3 whether that was given.
select setval($1::regclass, $2, $3)
