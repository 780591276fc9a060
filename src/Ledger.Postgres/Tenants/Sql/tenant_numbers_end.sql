-- Forgets the numbers.
drop table if exists pg_temp.moved_number
